#include "log_tail.h"

#include "console.h"
#include "text/text.h"

void log_tail_append(struct log_tail *tail, const char *bytes, size_t size) {
    if (size > sizeof tail->bytes / 2) {
        bytes += size - sizeof tail->bytes / 2;
        size = sizeof tail->bytes / 2;
    }
    if (tail->length + size > sizeof tail->bytes) {
        // Dropping half at a time keeps the copying rare.
        size_t kept = sizeof tail->bytes / 2;
        memmove(tail->bytes, tail->bytes + tail->length - kept, kept);
        tail->length = kept;
    }
    memcpy(tail->bytes + tail->length, bytes, size);
    tail->length += size;
}

void log_tail_print(const struct log_tail *tail, unsigned line_count) {
    size_t end = tail->length;
    while (end > 0 && tail->bytes[end - 1] == '\n') end--;
    size_t start = end;
    while (start > 0) {
        if (tail->bytes[start - 1] == '\n' && --line_count == 0) break;
        start--;
    }
    if (start == end) return;
    console_text(tail->bytes + start, end - start);
    console_text("\n", 1);
}
