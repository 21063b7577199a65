// The kernel command line, taken apart as the kernel itself does.
#ifndef ZOSIA_COMMAND_LINE_H
#define ZOSIA_COMMAND_LINE_H

#include <stdbool.h>

// "NAME" or "NAME=VALUE".
struct parameter {
    const char *name;
    char *value; // NULL when there is no equals sign
};

// Cuts the next parameter out of the text at *cursor and moves that behind it. Parameters end at white
// space outside double quotes; quotes around a whole parameter or around a value are dropped, others
// stay (Documentation/admin-guide/kernel-parameters.rst). False at the end of the text.
bool command_line_next(char **cursor, struct parameter *parameter);

// Whether a parameter has that name; dashes and underscores are the same.
bool parameter_is(const struct parameter *parameter, const char *name);

#endif
