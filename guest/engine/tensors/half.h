// Floats of 16 bits: IEEE 754's binary16 (F16), and the upper half of a float (BF16).
#ifndef ZOSIA_HALF_H
#define ZOSIA_HALF_H

#include <stdint.h>
#if defined(__F16C__)
#include <immintrin.h>
#endif

static inline uint32_t bits_of_float(float x) {
    uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float float_of_bits(uint32_t bits) {
    float x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

static inline float half_to_float(uint16_t half) {
#if defined(__F16C__)
    return _cvtsh_ss(half);
#elif defined(__aarch64__)
    __fp16 x;
    __builtin_memcpy(&x, &half, sizeof x);
    return x;
#else
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7fff;
    if (rest - 0x400 < 0x7c00 - 0x400) return float_of_bits(sign | ((rest << 13) + 0x38000000));
    if (rest >= 0x7c00) return float_of_bits(sign | 0x7f800000 | (rest & 0x3ff) << 13); // infinite, or none
    return float_of_bits(sign | bits_of_float((float)rest * 0x1p-24f));
#endif
}

// Rounded to the nearest, halves to even, as the instructions for it do.
static inline uint16_t half_of_float(float x) {
    uint32_t bits = bits_of_float(x);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    uint32_t rest = bits & 0x7fffffff;
    if (rest > 0x7f800000) return (uint16_t)(sign | 0x7e00); // not a number
    if (rest >= 0x477ff000) return (uint16_t)(sign | 0x7c00); // beyond the largest
    if (rest <
        0x38800000) { // below the smallest of full precision: adding 1/2 leaves the multiples of 2^-24
        uint32_t small = bits_of_float(float_of_bits(rest) + 0.5f);
        return (uint16_t)(sign | (small - 0x3f000000));
    }
    return (uint16_t)(sign | ((rest + 0xfff + (rest >> 13 & 1)) - 0x38000000) >> 13);
}

static inline float bfloat_to_float(uint16_t bfloat) { return float_of_bits((uint32_t)bfloat << 16); }

static inline uint16_t bfloat_of_float(float x) {
    uint32_t bits = bits_of_float(x);
    if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 64);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Weights need not be aligned.
static inline uint16_t load_16_bits(const uint8_t *from) {
    uint16_t bits;
    __builtin_memcpy(&bits, from, sizeof bits);
    return bits;
}

static inline float load_half(const uint8_t *from) { return half_to_float(load_16_bits(from)); }

#endif
