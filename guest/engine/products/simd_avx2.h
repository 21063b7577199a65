// The operations of kernels.h with AVX2 and FMA.
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

// Eight floats of 16 bits each, as floats.
static inline floats floats_load_halves(const uint8_t *from) {
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)from));
}

static inline floats floats_load_bfloats(const uint8_t *from) {
    __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}

// 32 bytes; what they are is each function's own affair.
typedef __m256i bytes;

static inline bytes bytes_load(const void *from) { return _mm256_loadu_si256((const __m256i *)from); }
static inline void bytes_store(uint8_t *to, bytes x) { _mm256_storeu_si256((__m256i *)to, x); }
static inline bytes bytes_all(uint8_t x) { return _mm256_set1_epi8((char)x); }
static inline bytes bytes_or(bytes a, bytes b) { return _mm256_or_si256(a, b); }
static inline bytes bytes_subtract(bytes a, bytes b) { return _mm256_sub_epi8(a, b); }
// Each byte's bits from `shift` on, as many as the mask has.
#define bytes_bits(x, shift, mask) _mm256_and_si256(_mm256_srli_epi16(x, shift), _mm256_set1_epi8(mask))
// For bytes in which nothing is shifted out.
#define bytes_shift_left(x, shift) _mm256_slli_epi16(x, shift)

// 16 bytes as 32 codes of 4 bits: first their lower halves, then their upper ones.
static inline bytes bytes_load_nibbles(const uint8_t *from) {
    __m128i packed = _mm_loadu_si128((const __m128i *)from);
    __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(packed), _mm_srli_epi16(packed, 4), 1);
    return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

// 32 bits as bytes that are `value` or 0.
static inline bytes bytes_spread(uint32_t bits, uint8_t value) {
    const __m256i order = _mm256_set_epi64x(0x0303030303030303, 0x0202020202020202, 0x0101010101010101, 0);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
    __m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), order);
    __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit), bit);
    return _mm256_and_si256(set, _mm256_set1_epi8((char)value));
}

static inline bytes bytes_look_up(const int8_t table[16], bytes codes) {
    __m128i values = _mm_loadu_si128((const __m128i *)table);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(values), codes);
}

static inline integers integers_subtract(integers a, integers b) { return _mm256_sub_epi32(a, b); }
static inline floats floats_of_integers(integers x) { return _mm256_cvtepi32_ps(x); }

// Sums of products of codes below 128 with int8.
static inline integers dot_codes(bytes codes, bytes x) {
#if defined(VNNI)
    return VNNI(_mm256_setzero_si256(), codes, x);
#else
    return _mm256_madd_epi16(_mm256_maddubs_epi16(codes, x), _mm256_set1_epi16(1));
#endif
}

// Sums of products of int8, of which none in `x` is -128.
static inline integers dot_bytes(bytes a, bytes x) {
    return dot_codes(_mm256_sign_epi8(a, a), _mm256_sign_epi8(x, a));
}

// Adds the sums of products of codes below 64 with int8, those of the first 16 times `first`, the others times
// `second`.
static inline integers add_scaled_dot(integers sum, bytes codes, bytes x, int16_t first, int16_t second) {
    __m256i scales = first == second
                         ? _mm256_set1_epi16(first)
                         : _mm256_inserti128_si256(_mm256_set1_epi16(first), _mm_set1_epi16(second), 1);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(codes, x), scales));
}

// Sums of the products of 16 numbers.
static inline integers dot_shorts(const int16_t *a, const int16_t *b) {
    return _mm256_madd_epi16(bytes_load(a), bytes_load(b));
}

#endif
