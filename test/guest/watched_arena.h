// engine/base/arena.h for the address sanitizer: behind each piece lies memory that is not to be touched, which
// in the guests is the next piece. Included before everything else (-include), it takes that header's place.
#ifndef ZOSIA_ARENA_H
#define ZOSIA_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What GCC and clang say of themselves.
#if defined(__SANITIZE_ADDRESS__)
#define ZOSIA_WATCHES_ADDRESSES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ZOSIA_WATCHES_ADDRESSES 1
#endif
#endif

enum { ARENA_ALIGNMENT = 64, ARENA_WATCHED_BYTES = 64 };

struct arena {
    uint8_t *base;
    uint64_t used;
    bool overflow;
};

void __asan_poison_memory_region(void const volatile *from, size_t bytes);
void __asan_unpoison_memory_region(void const volatile *from, size_t bytes);

static inline void *arena_take(struct arena *arena, uint64_t count, uint64_t size) {
    uint64_t start = arena->used, bytes, end;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, ARENA_ALIGNMENT - 1 + ARENA_WATCHED_BYTES, &end)) {
        arena->overflow = true;
        return NULL;
    }
    end &= ~(uint64_t)(ARENA_ALIGNMENT - 1);
    if (__builtin_add_overflow(start, end, &arena->used)) {
        arena->used = start;
        arena->overflow = true;
        return NULL;
    }
    if (arena->base == NULL) return NULL;
#if ZOSIA_WATCHES_ADDRESSES
    __asan_poison_memory_region(arena->base + start + bytes, end - bytes);
#endif
    return arena->base + start;
}

#endif
