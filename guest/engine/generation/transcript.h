// A conversation as a file: lines of text, the last of which has the numbers of its tokens.
//
//     zosia conversation 1
//     vocabulary 32000
//     1 306 4658 ...
#ifndef ZOSIA_TRANSCRIPT_H
#define ZOSIA_TRANSCRIPT_H

#include "engine/base/failure.h"
#include "engine/generation/conversation.h"

// No file of a conversation in so long a context is longer.
uint64_t transcript_max_bytes_of(uint32_t context);
uint64_t transcript_max_bytes(const struct conversation *conversation);

// Returns the file's length; `size` is at least transcript_max_bytes.
size_t transcript_write(const struct conversation *conversation, uint32_t vocabulary, char *to,
                        size_t size);

// Writes up to `context` tokens. Fails if the file is none of these, or of another vocabulary.
bool transcript_read(const char *file, size_t size, uint32_t vocabulary, uint32_t context, uint32_t *tokens,
                     size_t *count, struct failure *failure);

#endif
