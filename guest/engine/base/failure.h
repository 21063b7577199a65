// What went wrong, in words for the user. Functions that can fail take one and return false.
#ifndef ZOSIA_FAILURE_H
#define ZOSIA_FAILURE_H

#include <stdbool.h>

struct failure {
    char text[256];
};

// Always false, so that a function can end with `return fail(...)`.
__attribute__((format(printf, 2, 3))) bool fail(struct failure *failure, const char *format, ...);

#endif
