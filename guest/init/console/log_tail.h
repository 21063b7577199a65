// The end of a log, kept in case it is needed.
#ifndef ZOSIA_LOG_TAIL_H
#define ZOSIA_LOG_TAIL_H

#include <stddef.h>

struct log_tail {
    size_t length;
    char bytes[32 * 1024];
};

void log_tail_append(struct log_tail *tail, const char *bytes, size_t size);

// Prints the last lines on the console.
void log_tail_print(const struct log_tail *tail, unsigned line_count);

#endif
