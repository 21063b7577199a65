// The operations of product_kernels.h with AVX2 and FMA.
#ifndef ZOSIA_SIMD_AVX2_H
#define ZOSIA_SIMD_AVX2_H

#include <immintrin.h>
#include <stdint.h>

enum { LANES = 8, BYTE_LANES = 16 };

typedef __m256 floats;
typedef __m256i integers;

static inline floats floats_zero(void) { return _mm256_setzero_ps(); }
static inline floats floats_all(float x) { return _mm256_set1_ps(x); }
static inline floats floats_load(const float *from) { return _mm256_loadu_ps(from); }
static inline void floats_store(float *to, floats x) { _mm256_storeu_ps(to, x); }
static inline floats floats_add(floats a, floats b) { return _mm256_add_ps(a, b); }
static inline floats floats_multiply_add(floats a, floats b, floats sum) {
    return _mm256_fmadd_ps(a, b, sum);
}

static inline float floats_sum(floats x) {
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_shuffle_ps(half, half, 1)));
}

static inline integers integers_zero(void) { return _mm256_setzero_si256(); }

static inline integers integers_multiply_add(const int8_t *a, const int8_t *b, integers sum) {
    __m256i left = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)a));
    __m256i right = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)b));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(left, right));
}

static inline int32_t integers_sum(integers x) {
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1)));
}

#endif
