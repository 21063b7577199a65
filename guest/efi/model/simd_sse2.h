// The operations of product_kernels.h with SSE2, which every x86_64 processor has.
#ifndef ZOSIA_SIMD_SSE2_H
#define ZOSIA_SIMD_SSE2_H

#include <emmintrin.h>
#include <stdint.h>

enum { LANES = 4, BYTE_LANES = 16 };

typedef __m128 floats;
typedef __m128i integers;

static inline floats floats_zero(void) { return _mm_setzero_ps(); }
static inline floats floats_all(float x) { return _mm_set1_ps(x); }
static inline floats floats_load(const float *from) { return _mm_loadu_ps(from); }
static inline void floats_store(float *to, floats x) { _mm_storeu_ps(to, x); }
static inline floats floats_add(floats a, floats b) { return _mm_add_ps(a, b); }
static inline floats floats_multiply_add(floats a, floats b, floats sum) {
    return _mm_add_ps(_mm_mul_ps(a, b), sum);
}

static inline float floats_sum(floats x) {
    floats halves = _mm_add_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_add_ss(halves, _mm_shuffle_ps(halves, halves, 1)));
}

static inline integers integers_zero(void) { return _mm_setzero_si128(); }

// Without a sign-extending load, bytes go to the upper half of 16 bits and are shifted down.
static inline integers low_words(__m128i bytes) {
    return _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
}
static inline integers high_words(__m128i bytes) {
    return _mm_srai_epi16(_mm_unpackhi_epi8(bytes, bytes), 8);
}

static inline integers integers_multiply_add(const int8_t *a, const int8_t *b, integers sum) {
    __m128i left = _mm_loadu_si128((const __m128i *)a), right = _mm_loadu_si128((const __m128i *)b);
    sum = _mm_add_epi32(sum, _mm_madd_epi16(low_words(left), low_words(right)));
    return _mm_add_epi32(sum, _mm_madd_epi16(high_words(left), high_words(right)));
}

static inline int32_t integers_sum(integers x) {
    x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(x, _mm_shuffle_epi32(x, 0xb1)));
}

#endif
