// Messages that wait for their turn, and handing them to llama-cli on its standard input.
//
// llama-cli (--simple-io) reads a message as lines. A backslash at the end of one stands for a line break
// that the message goes on behind, and a slash at the end of the last for nothing at all
// (common/console.cpp): so any text can be written, also one that ends in either.
#ifndef ZOSIA_MESSAGES_H
#define ZOSIA_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "prompt/line_editor.h"

struct messages {
    char bytes[2 * LINE_BYTES_MAX]; // of each message its length, then its text
    size_t start;
    size_t end;
    // The first message, while it is handed over.
    bool sending;
    size_t sent; // bytes of its text
    char piece[4096];
    size_t piece_start;
    size_t piece_end;
};

// False when there is no room for it.
bool messages_add(struct messages *messages, const char *text, size_t length);

// The message whose turn it is; NULL when there is none.
const char *messages_first(const struct messages *messages, size_t *length);

// From now on messages_send hands it over.
void messages_begin_sending(struct messages *messages);

// Writes once to `fd`, which does not block. When all has been written `sending` is false, and the message
// is forgotten. Returns what write(2) returned.
long messages_send(struct messages *messages, int fd);

#endif
