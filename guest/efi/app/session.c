#include "session.h"

#include "engine/base/text.h"
#include "engine/terminal/line.h"
#include "firmware/files.h"
#include "firmware/vectors.h"
#include "load.h"

enum {
    MAX_SETTINGS_BYTES = 1 << 20,
    // Beyond it, memory for the cache of keys and values is taken only when it is asked for.
    DEFAULT_CONTEXT = 4096,
};

void session_release(struct session *session) {
    block_release(&session->settings_file);
    block_release(&session->state);
    block_release(&session->weights);
    block_release(&session->tokenizer_file);
    gguf_release(&session->gguf);
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
                    ? block_allocate(&session->settings_file, size + 1, "llama2.cfg", failure) &&
                          file_read(&file, 0, session->settings_file.memory, size, NULL, failure)
                    : fail(failure, "llama2.cfg is too large for a file of settings");
    file_close(&file);
    return done && settings_parse(&session->settings, session->settings_file.memory, size, failure);
}

uint32_t session_context(const struct session *session) {
    uint32_t trained = session->model.shape.context, asked = session->settings.context;
    if (session->model.is_llama2c) return trained;
    if (asked == 0) asked = DEFAULT_CONTEXT;
    return asked < trained ? asked : trained;
}

void session_lay_out(struct session *session, uint32_t context, struct arena *arena) {
    conversation_set_up(&session->conversation, context, arena);
    turn_set_up(&session->turn, &session->language, &session->settings, LINE_UTF8_CAPACITY, arena);
    sampler_set_up(&session->sampler, session->model.shape.vocabulary, arena);
    transformer_set_up(&session->transformer, &session->model, vectors_best_products(), NULL, context,
                       arena);
}

bool session_load(struct session *session, struct file *model, struct failure *failure) {
    bool is_gguf = gguf_is_in(model);
    settings_complete(&session->settings, is_gguf ? KIND_GGUF : KIND_LLAMA2C);
    bool loaded = is_gguf ? load_gguf(session, model, failure) : load_checkpoint(session, model, failure);
    file_close(model);
    return loaded;
}
