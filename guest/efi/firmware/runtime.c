// What the compiler takes for granted.

#include <stddef.h>

#include "model/text.h"

// Marks a program that uses floating point, for linkers of this object format.
extern int _fltused;
int _fltused = 1;

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    char *t = to;
    const char *f = from;
    for (size_t i = 0; i < size; i++) t[i] = f[i];
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    char *t = to;
    const char *f = from;
    if (t <= f) return memcpy(to, from, size);
    while (size-- > 0) t[size] = f[size];
    return to;
}

void *memset(void *to, int byte, size_t size) {
    char *t = to;
    for (size_t i = 0; i < size; i++) t[i] = (char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t size) {
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < size; i++) {
        if (x[i] != y[i]) return x[i] - y[i];
    }
    return 0;
}
