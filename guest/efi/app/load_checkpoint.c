#include "load.h"

#include "engine/base/text.h"
#include "engine/llama2c/checkpoint.h"
#include "engine/terminal/line.h"
#include "firmware/clock.h"
#include "firmware/console.h"

static bool read_header(struct checkpoint *checkpoint, const struct file *file, struct failure *failure) {
    uint8_t head[CHECKPOINT_HEAD_BYTES];
    uint64_t available = file->size_bytes < sizeof head ? file->size_bytes : sizeof head;
    if (!file_read(file, 0, head, available, NULL, failure)) return false;
    struct failure reason;
    if (checkpoint_read_header(checkpoint, head, file->size_bytes, &reason)) return true;
    return fail(failure, "%s: %s", file->path, reason.text);
}

// All that lives beside the weights. Measures while the arena has no memory.
static bool lay_out(struct session *session, const struct checkpoint *checkpoint, struct arena *arena,
                    struct failure *failure) {
    const struct block *tokenizer = &session->tokenizer_file;
    const struct settings *settings = &session->settings;
    size_t capacity = turn_capacity(settings, LINE_UTF8_CAPACITY);
    struct failure reason;
    checkpoint_to_model(checkpoint, session->weights.memory, &session->model, arena);
    if (!language_of_llama2c(&session->language, tokenizer->memory, tokenizer->size_bytes,
                             checkpoint->shape.vocabulary, capacity, arena, &reason)) {
        return fail(failure, "%s: %s", settings->tokenizer, reason.text);
    }
    session_lay_out(session, session_context(session), arena);
    return true;
}

static bool measure(struct session *session, const struct checkpoint *checkpoint, uint64_t tokenizer_bytes,
                    uint64_t *state_bytes, struct failure *failure) {
    struct arena arena = {0};
    lay_out(session, checkpoint, &arena, failure);
    uint64_t needed = checkpoint->weights_bytes;
    bool overflow = arena.overflow || __builtin_add_overflow(needed, arena.used, &needed) ||
                    __builtin_add_overflow(needed, tokenizer_bytes, &needed);
    if (overflow) return fail(failure, "%s is too large for any machine", session->settings.model);
    *state_bytes = arena.used;
    return load_has_memory(session, needed, failure);
}

static void tell(const struct file *file, uint64_t done_bytes, uint64_t part_bytes) {
    load_tell(file->path, done_bytes, part_bytes);
}

static bool load_both(struct session *session, const struct file *model, const struct file *tokenizer,
                      struct failure *failure) {
    struct checkpoint checkpoint;
    uint64_t state_bytes;
    if (!read_header(&checkpoint, model, failure)) return false;
    if (!measure(session, &checkpoint, tokenizer->size_bytes, &state_bytes, failure)) return false;
    if (!block_allocate(&session->tokenizer_file, tokenizer->size_bytes, "the tokenizer", failure) ||
        !block_allocate(&session->weights, checkpoint.weights_bytes, "the weights", failure) ||
        !block_allocate(&session->state, state_bytes, "the state of the model", failure)) {
        return false;
    }
    if (!file_read(tokenizer, 0, session->tokenizer_file.memory, tokenizer->size_bytes, NULL, failure)) {
        return false;
    }
    // Checked before the weights are read, which may take long.
    struct arena arena = {.base = session->state.memory};
    if (!lay_out(session, &checkpoint, &arena, failure)) return false;

    uint64_t start = clock_ticks();
    bool read = file_read(model, checkpoint.weights_offset, session->weights.memory,
                          checkpoint.weights_bytes, tell, failure);
    if (read) console_print(" in %.2f s", clock_seconds(clock_ticks() - start));
    console_print("\n");
    return read;
}

bool load_checkpoint(struct session *session, const struct file *model, struct failure *failure) {
    struct file tokenizer;
    if (file_open(&tokenizer, session->settings.tokenizer, failure) != FILE_OPENED) return false;
    bool loaded = load_both(session, model, &tokenizer, failure);
    file_close(&tokenizer);
    return loaded;
}
