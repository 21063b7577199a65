// The packed scales of the types with 256 elements a block (ggml/src/ggml-quants.c, get_scale_min_k4 and
// dequantize_row_q3_K).
#ifndef ZOSIA_SCALES_H
#define ZOSIA_SCALES_H

#include <stdint.h>

static inline uint32_t load_32_bits(const uint8_t *from) {
    uint32_t bits;
    __builtin_memcpy(&bits, from, sizeof bits);
    return bits;
}

// Eight scales and eight minima of 6 bits, from 12 bytes, four to a word.
static inline void unpack_scales_8(const uint8_t packed[12], uint8_t scales[8], uint8_t minima[8]) {
    const uint32_t lower4 = 0x0f0f0f0f, lower6 = 0x3f3f3f3f, upper2 = 0x03030303;
    uint32_t a = load_32_bits(packed), b = load_32_bits(packed + 4), c = load_32_bits(packed + 8);
    uint32_t words[4] = {
        a & lower6,
        (c & lower4) | (a >> 6 & upper2) << 4,
        b & lower6,
        (c >> 4 & lower4) | (b >> 6 & upper2) << 4,
    };
    __builtin_memcpy(scales, words, 8);
    __builtin_memcpy(minima, words + 2, 8);
}

// Sixteen scales of 6 bits that have 32 added, from 12 bytes.
static inline void unpack_scales_16(const uint8_t packed[12], uint8_t scales[16]) {
    const uint32_t lower4 = 0x0f0f0f0f, lower2 = 0x03030303;
    uint32_t a = load_32_bits(packed), b = load_32_bits(packed + 4), upper = load_32_bits(packed + 8);
    uint32_t words[4] = {
        (a & lower4) | (upper & lower2) << 4,
        (b & lower4) | (upper >> 2 & lower2) << 4,
        (a >> 4 & lower4) | (upper >> 4 & lower2) << 4,
        (b >> 4 & lower4) | (upper >> 6 & lower2) << 4,
    };
    __builtin_memcpy(scales, words, 16);
}

#endif
