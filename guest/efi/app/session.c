#include "session.h"

#include "firmware/clock.h"
#include "firmware/console.h"
#include "firmware/files.h"
#include "firmware/pages.h"
#include "firmware/vectors.h"
#include "model/line.h"
#include "model/text.h"

enum {
    MAX_SETTINGS_BYTES = 1 << 20,
    // What chat mode puts round a text, and the end of a string.
    CHAT_FORM_BYTES = 64,
};

static bool allocate(struct block *block, uint64_t size_bytes, const char *purpose,
                     struct failure *failure) {
    if (!pages_allocate(&block->memory, size_bytes, purpose, failure)) return false;
    block->size_bytes = size_bytes;
    return true;
}

static void release(struct block *block) {
    if (block->memory != NULL) pages_release(block->memory, block->size_bytes);
    block->memory = NULL;
}

void session_release(struct session *session) {
    release(&session->settings_file);
    release(&session->weights);
    release(&session->tokenizer_file);
    release(&session->state);
}

bool session_configure(struct session *session, struct failure *failure) {
    struct file file;
    session->settings = settings_defaults;
    switch (file_open(&file, "llama2.cfg", failure)) {
    case FILE_MISSING: return true;
    case FILE_UNREADABLE: return false;
    case FILE_OPENED: break;
    }
    uint64_t size = file.size_bytes;
    bool done = size <= MAX_SETTINGS_BYTES
                    ? allocate(&session->settings_file, size + 1, "llama2.cfg", failure) &&
                          file_read(&file, 0, session->settings_file.memory, size, NULL, failure)
                    : fail(failure, "llama2.cfg is too large for a file of settings");
    file_close(&file);
    return done && settings_parse(&session->settings, session->settings_file.memory, size, failure);
}

static void show_progress(const struct file *file, uint64_t done_bytes, uint64_t part_bytes) {
    const double mebibyte = 1 << 20;
    console_restart_line();
    console_print("Loading %s: %.1f of %.1f MiB", file->path, (double)done_bytes / mebibyte,
                  (double)part_bytes / mebibyte);
}

static bool read_header(struct session *session, const struct file *file, struct failure *failure) {
    uint8_t head[CHECKPOINT_HEAD_BYTES];
    uint64_t available = file->size_bytes < sizeof head ? file->size_bytes : sizeof head;
    if (!file_read(file, 0, head, available, NULL, failure)) return false;
    struct failure reason;
    if (checkpoint_read_header(&session->checkpoint, head, file->size_bytes, &reason)) return true;
    return fail(failure, "%s: %s", file->path, reason.text);
}

// All that lives beside the weights. Measures while the arena has no memory.
static bool set_up(struct session *session, struct arena *arena, struct failure *failure) {
    const struct shape *shape = &session->checkpoint.shape;
    struct failure reason;
    if (!tokenizer_set_up(&session->tokenizer, session->tokenizer_file.memory,
                          session->tokenizer_file.size_bytes, shape->vocabulary, arena, &reason)) {
        return fail(failure, "%s: %s", session->settings.tokenizer, reason.text);
    }
    size_t longest = text_length(session->settings.prompt);
    if (longest < LINE_UTF8_CAPACITY) longest = LINE_UTF8_CAPACITY;
    longest += CHAT_FORM_BYTES + template_length(&session->settings.template);
    encoder_set_up(&session->encoder, &session->tokenizer, longest, arena);
    session->turn_text = arena_take(arena, longest, 1);
    session->turn_tokens = arena_take(arena, encoder_max_tokens(longest) + 1, sizeof(uint32_t));
    sampler_set_up(&session->sampler, shape->vocabulary, arena);
    transformer_set_up(&session->transformer, &session->checkpoint, vectors_best_products(), NULL, arena);
    return true;
}

static unsigned long long mebibytes(uint64_t bytes) { return (bytes >> 20) + 1; }

// Before anything large is read, the memory for all of it has to be there.
static bool check_memory(struct session *session, uint64_t tokenizer_bytes, uint64_t *state_bytes,
                         struct failure *failure) {
    struct arena arena = {0};
    set_up(session, &arena, failure);
    uint64_t needed = session->checkpoint.weights_bytes;
    bool overflow = arena.overflow || __builtin_add_overflow(needed, arena.used, &needed) ||
                    __builtin_add_overflow(needed, tokenizer_bytes, &needed);
    if (overflow) return fail(failure, "%s is too large for any machine", session->settings.model);
    *state_bytes = arena.used;
    uint64_t available = pages_free_memory().bytes;
    if (needed <= available) return true;
    return fail(failure, "%s needs %llu MiB of memory, and this machine has %llu MiB free",
                session->settings.model, mebibytes(needed), (unsigned long long)available >> 20);
}

static bool load_files(struct session *session, const struct file *model, const struct file *tokenizer,
                       struct failure *failure) {
    struct checkpoint *checkpoint = &session->checkpoint;
    uint64_t state_bytes;
    if (!read_header(session, model, failure)) return false;
    if (!check_memory(session, tokenizer->size_bytes, &state_bytes, failure)) return false;
    if (!allocate(&session->tokenizer_file, tokenizer->size_bytes, "the tokenizer", failure) ||
        !allocate(&session->weights, checkpoint->weights_bytes, "the weights", failure) ||
        !allocate(&session->state, state_bytes, "the state of the model", failure)) {
        return false;
    }
    if (!file_read(tokenizer, 0, session->tokenizer_file.memory, tokenizer->size_bytes, NULL, failure)) {
        return false;
    }
    // Checked before the weights are read, which may take long.
    struct arena arena = {.base = session->state.memory};
    checkpoint_map(checkpoint, session->weights.memory);
    if (!set_up(session, &arena, failure)) return false;

    uint64_t start = clock_ticks();
    bool read = file_read(model, checkpoint->weights_offset, session->weights.memory,
                          checkpoint->weights_bytes, show_progress, failure);
    if (read) console_print(" in %.2f s", clock_seconds(clock_ticks() - start));
    console_print("\n");
    return read;
}

bool session_load(struct session *session, struct failure *failure) {
    struct file model, tokenizer;
    if (file_open(&model, session->settings.model, failure) != FILE_OPENED) return false;
    bool loaded = false;
    if (file_open(&tokenizer, session->settings.tokenizer, failure) == FILE_OPENED) {
        loaded = load_files(session, &model, &tokenizer, failure);
        file_close(&tokenizer);
    }
    file_close(&model);
    return loaded;
}
