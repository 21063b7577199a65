// Lines on standard output, which is also the console of the parts of init that are tried.
#ifndef ZOSIA_TEST_PRINT_H
#define ZOSIA_TEST_PRINT_H

#include "console/console.h"
#include "kernel/queue.h"
#include "text/text.h"

static void print_list(const char *format, va_list arguments) {
    static char line[8192];
    size_t length = text_format_list(line, sizeof line - 1, format, arguments);
    line[length++] = '\n';
    write_all(1, line, length);
}

static void print(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
}

// The console is standard output.
void console_line(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
}

#endif
