#include "memory.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    char *target = to;
    const char *source = from;
    for (size_t i = 0; i < size; i++) target[i] = source[i];
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    char *target = to;
    const char *source = from;
    if (target > source) {
        while (size-- > 0) target[size] = source[size];
    } else {
        for (size_t i = 0; i < size; i++) target[i] = source[i];
    }
    return to;
}

void *memset(void *to, int byte, size_t size) {
    char *target = to;
    for (size_t i = 0; i < size; i++) target[i] = (char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t size) {
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < size; i++) {
        if (x[i] != y[i]) return x[i] - y[i];
    }
    return 0;
}
