#include "lines.h"

void lines_feed(struct lines *lines, const char *bytes, size_t size, line_handler *handle, void *context) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != '\n') {
            if (lines->length < sizeof lines->line - 1) lines->line[lines->length++] = bytes[i];
            continue;
        }
        if (lines->length > 0 && lines->line[lines->length - 1] == '\r') lines->length--;
        lines->line[lines->length] = '\0';
        lines->length = 0;
        handle(lines->line, context);
    }
}
