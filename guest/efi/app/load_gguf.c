#include "load.h"

#include "engine/base/text.h"
#include "engine/terminal/line.h"
#include "firmware/clock.h"
#include "firmware/console.h"
#include "firmware/pages.h"

enum { CONTEXT_LEAST = 512 }; // that is tried where memory is short

// All that lives beside the weights. Measures while the arena has no memory.
static bool lay_out(struct session *session, uint32_t context, struct arena *arena,
                    struct failure *failure) {
    struct gguf_on_disk *g = &session->gguf;
    const struct gguf *gguf = &g->files.files[0];
    size_t capacity = turn_capacity(&session->settings, LINE_UTF8_CAPACITY);
    if (!model_from_gguf(&session->model, &g->table, &g->files, NULL, context, arena, failure) ||
        !language_of_gguf(&session->language, gguf, session->model.shape.vocabulary, capacity, arena,
                          failure)) {
        return false;
    }
    session_lay_out(session, context, arena);
    return true;
}

// Where the settings do not say how long the context is to be, it is as long as memory has room for.
static bool choose_context(struct session *session, uint32_t *context, uint64_t *state_bytes,
                           struct failure *failure) {
    uint64_t data_bytes = gguf_data_bytes(&session->gguf);
    if (!model_shape_of_gguf(&session->model, &session->gguf.files.files[0], failure)) return false;
    *context = session_context(session);
    for (;;) {
        struct arena arena = {0};
        uint64_t needed;
        if (!lay_out(session, *context, &arena, failure)) return false;
        if (arena.overflow || __builtin_add_overflow(data_bytes, arena.used, &needed)) {
            return fail(failure, "it is too large for any machine");
        }
        *state_bytes = arena.used;
        struct failure reason;
        if (load_has_memory(session, needed, &reason)) return true;
        if (session->settings.context != 0 || *context / 2 < CONTEXT_LEAST) {
            return fail(failure, "%s", reason.text);
        }
        *context /= 2;
    }
}

static bool load(struct session *session, struct failure *failure) {
    struct gguf_on_disk *g = &session->gguf;
    uint32_t context;
    uint64_t state_bytes;
    if (!choose_context(session, &context, &state_bytes, failure)) return false;
    if (!block_allocate(&session->state, state_bytes, "the state of the model", failure)) return false;
    // Checked before the weights are read, which may take long.
    struct arena arena = {.base = session->state.memory};
    if (!lay_out(session, context, &arena, failure)) return false;

    uint64_t start = clock_ticks();
    if (!gguf_read_data(g, failure)) {
        console_print("\n");
        return false;
    }
    console_print(" in %.2f s\n", clock_seconds(clock_ticks() - start));
    // The same places again, and now with the weights.
    arena = (struct arena){.base = session->state.memory};
    return model_from_gguf(&session->model, &g->table, &g->files, &g->weights, context, &arena, failure);
}

bool load_gguf(struct session *session, const struct file *model, struct failure *failure) {
    struct failure reason;
    bool loaded = gguf_open(&session->gguf, model, failure);
    if (loaded && !load(session, &reason)) loaded = fail(failure, "%s: %s", model->path, reason.text);
    gguf_close(&session->gguf);
    return loaded;
}
