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

// A save that was cut short between deleting the old file and renaming the new one has left the new one.
static bool open_kept(struct file *file, const char *name, struct failure *failure) {
    struct failure of_new;
    char new_name[FILE_PATH_BYTES];
    enum file_opening opening = file_open(file, name, failure);
    if (opening != FILE_MISSING) return opening == FILE_OPENED;
    file_write_new_path(new_name, name);
    opening = file_open(file, new_name, &of_new);
    // That there is none is told of the name that was asked for.
    if (opening == FILE_UNREADABLE) *failure = of_new;
    return opening == FILE_OPENED;
}

// `found` becomes the name of the file that was read.
static bool read_all(const char *name, uint64_t most, struct block *block, char found[FILE_PATH_BYTES],
                     struct failure *failure) {
    struct file file;
    if (!open_kept(&file, name, failure)) return false;
    text_format(found, FILE_PATH_BYTES, "%s", file.path);
    bool done = file.size_bytes <= most
                    ? block_allocate(block, file.size_bytes + 1, name, failure) &&
                          file_read(&file, 0, block->memory, file.size_bytes, NULL, failure)
                    : fail(failure, "%s is longer than any conversation", found);
    if (done) block->size_bytes = file.size_bytes + 1;
    file_close(&file);
    return done;
}

bool conversation_load(struct session *session, const char *name, struct failure *failure) {
    struct conversation *c = &session->conversation;
    struct block text = {0}, tokens = {0};
    size_t count = 0;
    struct failure reason;
    char found[FILE_PATH_BYTES];
    bool read =
        read_all(name, transcript_max_bytes_of(c->context), &text, found, failure) &&
        block_allocate(&tokens, (uint64_t)c->context * sizeof(uint32_t), "the conversation", failure);
    if (read && !transcript_read(text.memory, text.size_bytes - 1, session->model.shape.vocabulary,
                                 c->context, tokens.memory, &count, &reason)) {
        read = fail(failure, "%s: %s", found, reason.text);
    }
    // Nobody misses an empty conversation; it may be the beginning of another.
    if (read && count == 0 && !text_equal(found, name)) {
        read = fail(failure, "%s: it is damaged: no token is in it", found);
    }
    if (read) {
        conversation_clear(c);
        console_print("Reading %u tokens from %s...\n", (unsigned)count, found);
        if (!answering_run(session, tokens.memory, count)) {
            conversation_clear(c);
            read = fail(failure, "stopped: a new conversation begins");
        }
    }
    block_release(&text);
    block_release(&tokens);
    return read;
}
