#include "keeping.h"

#include "answering.h"
#include "engine/base/text.h"
#include "engine/generation/transcript.h"
#include "firmware/console.h"
#include "firmware/file_write.h"
#include "firmware/files.h"

bool conversation_save(struct session *session, const char *name, struct failure *failure) {
    const struct conversation *c = &session->conversation;
    struct block block = {0};
    if (!block_allocate(&block, transcript_max_bytes(c), "the conversation", failure)) return false;
    size_t size = transcript_write(c, session->model.shape.vocabulary, block.memory, block.size_bytes);
    bool saved = file_write(name, block.memory, size, failure);
    block_release(&block);
    uint32_t count = c->has_pending && c->position < c->context ? c->position + 1 : c->position;
    if (saved) console_print("Saved %u tokens as %s.\n", count, name);
    return saved;
}

static bool read_all(const char *name, uint64_t most, struct block *block, struct failure *failure) {
    struct file file;
    if (file_open(&file, name, failure) != FILE_OPENED) return false;
    bool done = file.size_bytes <= most
                    ? block_allocate(block, file.size_bytes + 1, name, failure) &&
                          file_read(&file, 0, block->memory, file.size_bytes, NULL, failure)
                    : fail(failure, "%s is longer than any conversation", name);
    if (done) block->size_bytes = file.size_bytes + 1;
    file_close(&file);
    return done;
}

bool conversation_load(struct session *session, const char *name, struct failure *failure) {
    struct conversation *c = &session->conversation;
    struct block text = {0}, tokens = {0};
    size_t count = 0;
    struct failure reason;
    bool read =
        read_all(name, transcript_max_bytes_of(c->context), &text, failure) &&
        block_allocate(&tokens, (uint64_t)c->context * sizeof(uint32_t), "the conversation", failure);
    if (read && !transcript_read(text.memory, text.size_bytes - 1, session->model.shape.vocabulary,
                                 c->context, tokens.memory, &count, &reason)) {
        read = fail(failure, "%s: %s", name, reason.text);
    }
    if (read) {
        conversation_clear(c);
        console_print("Reading %u tokens...\n", (unsigned)count);
        if (!answering_run(session, tokens.memory, count)) {
            conversation_clear(c);
            read = fail(failure, "stopped: a new conversation begins");
        }
    }
    block_release(&text);
    block_release(&tokens);
    return read;
}
