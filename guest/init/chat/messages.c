#include "messages.h"

#include "kernel/sys.h"
#include "text/text.h"

bool messages_add(struct messages *messages, const char *text, size_t length) {
    size_t size = sizeof length + length;
    if (size > sizeof messages->bytes - messages->end && messages->start > 0) {
        messages->end -= messages->start;
        memmove(messages->bytes, messages->bytes + messages->start, messages->end);
        messages->start = 0;
    }
    if (size > sizeof messages->bytes - messages->end) return false;
    memcpy(messages->bytes + messages->end, &length, sizeof length);
    memcpy(messages->bytes + messages->end + sizeof length, text, length);
    messages->end += size;
    return true;
}

const char *messages_first(const struct messages *messages, size_t *length) {
    if (messages->start == messages->end) return NULL;
    memcpy(length, messages->bytes + messages->start, sizeof *length);
    return messages->bytes + messages->start + sizeof *length;
}

void messages_begin_sending(struct messages *messages) {
    messages->sending = true;
    messages->sent = messages->piece_start = messages->piece_end = 0;
}

static void add(struct messages *messages, char byte) { messages->piece[messages->piece_end++] = byte; }

// What comes next on llama-cli's standard input; nothing when the message is complete.
static void next_piece(struct messages *messages) {
    size_t length = 0;
    const char *text = messages_first(messages, &length);
    messages->piece_start = messages->piece_end = 0;
    if (messages->sent > length) return;
    while (messages->sent < length && messages->piece_end < sizeof messages->piece - 3) {
        char byte = text[messages->sent++];
        if (byte == '\n') add(messages, '\\');
        add(messages, byte);
    }
    if (messages->sent < length) return;
    char last = length > 0 ? text[length - 1] : '\0';
    if (last == '/' || last == '\\') add(messages, '/');
    add(messages, '\n');
    messages->sent++; // beyond the length: complete
}

static void forget_first(struct messages *messages) {
    size_t length = 0;
    messages_first(messages, &length);
    messages->start += sizeof length + length;
    messages->sending = false;
}

long messages_send(struct messages *messages, int fd) {
    if (messages->piece_start == messages->piece_end) next_piece(messages);
    long count =
        sys_write(fd, messages->piece + messages->piece_start, messages->piece_end - messages->piece_start);
    if (count <= 0) return count;
    messages->piece_start += (size_t)count;
    if (messages->piece_start == messages->piece_end) {
        next_piece(messages);
        if (messages->piece_end == 0) forget_first(messages);
    }
    return count;
}
