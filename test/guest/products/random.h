// Numbers that look random (xorshift64*).
#ifndef ZOSIA_TEST_RANDOM_H
#define ZOSIA_TEST_RANDOM_H

#include <stdint.h>

static inline uint32_t random_bits(void) {
    static uint64_t state = 88172645463325252u;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 0x2545f4914f6cdd1du) >> 32);
}

// From -1 up to 1.
static inline float random_float(void) { return (float)((int32_t)random_bits()) * 0x1p-31f; }

#endif
