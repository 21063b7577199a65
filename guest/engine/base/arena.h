// Memory handed out piece by piece and never returned. Laid out twice: first without memory, to learn
// how much is needed, then for real. No size is written down in two places that way.
#ifndef ZOSIA_ARENA_H
#define ZOSIA_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARENA_ALIGNMENT = 64 }; // a cache line, and more than any vector needs

struct arena {
    uint8_t *base; // NULL while only measuring
    uint64_t used;
    bool overflow; // more was asked for than 64 bits can count
};

// `count` elements of `size` bytes; NULL while measuring.
static inline void *arena_take(struct arena *arena, uint64_t count, uint64_t size) {
    uint64_t start = arena->used, bytes, end;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, ARENA_ALIGNMENT - 1, &bytes) ||
        __builtin_add_overflow(start, bytes & ~(uint64_t)(ARENA_ALIGNMENT - 1), &end)) {
        arena->overflow = true;
        return NULL;
    }
    arena->used = end;
    return arena->base == NULL ? NULL : arena->base + start;
}

#endif
