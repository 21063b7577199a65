// Making lines of bytes that come in pieces.
#ifndef ZOSIA_LINES_H
#define ZOSIA_LINES_H

#include <stddef.h>

struct lines {
    size_t length;
    char line[1024]; // what a longer one has more is lost
};

// Calls `handle` with each line as it is completed, without its end: "\n" or "\r\n". A last line that
// nothing ends is none.
typedef void line_handler(const char *line, void *context);
void lines_feed(struct lines *lines, const char *bytes, size_t size, line_handler *handle, void *context);

#endif
