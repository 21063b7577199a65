// The operations of kernels.h with SSE2, which every x86_64 processor has.
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

// QEMU's translator, which has no more than SSE2 by default, makes instructions of the host's of shifts, products
// and sums of 16 and 32 bits, and calls of what unpacks, shuffles or adds pairs (target/i386/tcg/emit.c.inc): so
// bytes are widened by shifts, those at even places and those at odd ones.
static inline __m128i even_bytes(__m128i x) { return _mm_srai_epi16(_mm_slli_epi16(x, 8), 8); }
static inline __m128i odd_bytes(__m128i x) { return _mm_srai_epi16(x, 8); }

static inline integers integers_multiply_add(const int8_t *a, const int8_t *b, integers sum) {
    __m128i left = _mm_loadu_si128((const __m128i *)a), right = _mm_loadu_si128((const __m128i *)b);
    sum = _mm_add_epi32(sum, _mm_madd_epi16(even_bytes(left), even_bytes(right)));
    return _mm_add_epi32(sum, _mm_madd_epi16(odd_bytes(left), odd_bytes(right)));
}

static inline int32_t integers_sum(integers x) {
    x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(x, _mm_shuffle_epi32(x, 0xb1)));
}

static inline floats floats_load_halves(const uint8_t *from) {
    // The exponent is moved into a float's place, and corrected by a product, which is right for what is below
    // the smallest of full precision, too. Infinities do not come here.
    __m128i wide = _mm_unpacklo_epi16(_mm_loadl_epi64((const __m128i *)from), _mm_setzero_si128());
    __m128i rest = _mm_slli_epi32(_mm_and_si128(wide, _mm_set1_epi32(0x7fff)), 13);
    __m128i sign = _mm_slli_epi32(_mm_and_si128(wide, _mm_set1_epi32(0x8000)), 16);
    return _mm_or_ps(_mm_mul_ps(_mm_castsi128_ps(rest), _mm_set1_ps(0x1p112f)), _mm_castsi128_ps(sign));
}

static inline floats floats_load_bfloats(const uint8_t *from) {
    __m128i half = _mm_loadl_epi64((const __m128i *)from);
    return _mm_castsi128_ps(_mm_unpacklo_epi16(_mm_setzero_si128(), half));
}

// 32 bytes; what they are is each function's own affair.
typedef struct {
    __m128i low, high;
} bytes;

static inline bytes bytes_load(const void *from) {
    const __m128i *halves = from;
    return (bytes){_mm_loadu_si128(halves), _mm_loadu_si128(halves + 1)};
}
static inline void bytes_store(uint8_t *to, bytes x) {
    _mm_storeu_si128((__m128i *)to, x.low);
    _mm_storeu_si128((__m128i *)(to + 16), x.high);
}
static inline bytes bytes_all(uint8_t x) { return (bytes){_mm_set1_epi8((char)x), _mm_set1_epi8((char)x)}; }
static inline bytes bytes_or(bytes a, bytes b) {
    return (bytes){_mm_or_si128(a.low, b.low), _mm_or_si128(a.high, b.high)};
}
static inline bytes bytes_subtract(bytes a, bytes b) {
    return (bytes){_mm_sub_epi8(a.low, b.low), _mm_sub_epi8(a.high, b.high)};
}
// Each byte's bits from `shift` on, as many as the mask has.
static inline bytes bytes_bits(bytes x, int shift, char mask) {
    __m128i all = _mm_set1_epi8(mask);
    return (bytes){_mm_and_si128(_mm_srli_epi16(x.low, shift), all),
                   _mm_and_si128(_mm_srli_epi16(x.high, shift), all)};
}
// For bytes in which nothing is shifted out.
static inline bytes bytes_shift_left(bytes x, int shift) {
    return (bytes){_mm_slli_epi16(x.low, shift), _mm_slli_epi16(x.high, shift)};
}

// 16 bytes as 32 codes of 4 bits: first their lower halves, then their upper ones.
static inline bytes bytes_load_nibbles(const uint8_t *from) {
    __m128i packed = _mm_loadu_si128((const __m128i *)from), mask = _mm_set1_epi8(15);
    return (bytes){_mm_and_si128(packed, mask), _mm_and_si128(_mm_srli_epi16(packed, 4), mask)};
}

// 32 bits as bytes that are `value` or 0.
static inline bytes bytes_spread(uint32_t bits, uint8_t value) {
    const __m128i bit = _mm_set1_epi64x((long long)0x8040201008040201), all = _mm_set1_epi8((char)value);
    __m128i spread = _mm_cvtsi32_si128((int)bits);
    spread = _mm_unpacklo_epi8(spread, spread);
    spread = _mm_unpacklo_epi16(spread, spread);
    __m128i low = _mm_unpacklo_epi32(spread, spread), high = _mm_unpackhi_epi32(spread, spread);
    return (bytes){_mm_and_si128(_mm_cmpeq_epi8(_mm_and_si128(low, bit), bit), all),
                   _mm_and_si128(_mm_cmpeq_epi8(_mm_and_si128(high, bit), bit), all)};
}

static inline bytes bytes_look_up(const int8_t table[16], bytes codes) {
#if defined(__SSSE3__)
    __m128i values = _mm_loadu_si128((const __m128i *)table);
    return (bytes){_mm_shuffle_epi8(values, codes.low), _mm_shuffle_epi8(values, codes.high)};
#else
    uint8_t from[32];
    int8_t to[32];
    _mm_storeu_si128((__m128i *)from, codes.low);
    _mm_storeu_si128((__m128i *)(from + 16), codes.high);
    for (int i = 0; i < 32; i++) to[i] = table[from[i]];
    return bytes_load(to);
#endif
}

static inline integers integers_subtract(integers a, integers b) { return _mm_sub_epi32(a, b); }
static inline floats floats_of_integers(integers x) { return _mm_cvtepi32_ps(x); }

#if defined(__SSSE3__)

static inline __m128i pairs_of_16(__m128i codes, __m128i x, __m128i factor) {
    return _mm_madd_epi16(_mm_maddubs_epi16(codes, x), factor);
}

static inline integers sums_of_pairs(__m128i pairs) { return _mm_madd_epi16(pairs, _mm_set1_epi16(1)); }

// Sums of products of codes below 128 with int8.
static inline integers dot_codes(bytes codes, bytes x) {
    __m128i one = _mm_set1_epi16(1);
    return _mm_add_epi32(pairs_of_16(codes.low, x.low, one), pairs_of_16(codes.high, x.high, one));
}

// Sums of products of int8, of which none in `x` is -128.
static inline integers dot_bytes(bytes a, bytes x) {
    bytes size = {_mm_sign_epi8(a.low, a.low), _mm_sign_epi8(a.high, a.high)};
    bytes turned = {_mm_sign_epi8(x.low, a.low), _mm_sign_epi8(x.high, a.high)};
    return dot_codes(size, turned);
}

// Adds the sums of products of codes below 64 with int8, those of the first 16 times `first`, the others times
// `second`.
static inline integers add_scaled_dot(integers sum, bytes codes, bytes x, int16_t first, int16_t second) {
    sum = _mm_add_epi32(sum, pairs_of_16(codes.low, x.low, _mm_set1_epi16(first)));
    return _mm_add_epi32(sum, pairs_of_16(codes.high, x.high, _mm_set1_epi16(second)));
}

#else

// The sums of two products each: 2 · 128 · 127 is below 2^15.
static inline __m128i pairs_of_16(__m128i a, __m128i x) {
    return _mm_add_epi16(_mm_mullo_epi16(even_bytes(a), even_bytes(x)),
                         _mm_mullo_epi16(odd_bytes(a), odd_bytes(x)));
}

static inline integers sums_of_pairs(__m128i pairs) {
    return _mm_add_epi32(_mm_srai_epi32(_mm_slli_epi32(pairs, 16), 16), _mm_srai_epi32(pairs, 16));
}

// Sums of products of int8, of which none in `x` is -128.
static inline integers dot_bytes(bytes a, bytes x) {
    return _mm_add_epi32(sums_of_pairs(pairs_of_16(a.low, x.low)),
                         sums_of_pairs(pairs_of_16(a.high, x.high)));
}

// Sums of products of codes below 128 with int8.
static inline integers dot_codes(bytes codes, bytes x) { return dot_bytes(codes, x); }

static inline integers scaled_pairs(__m128i pairs, int16_t scale) {
    return _mm_madd_epi16(pairs, _mm_set1_epi16(scale));
}

// Adds the sums of products of codes below 64 with int8, those of the first 16 times `first`, the others times
// `second`.
static inline integers add_scaled_dot(integers sum, bytes codes, bytes x, int16_t first, int16_t second) {
    __m128i low = pairs_of_16(codes.low, x.low), high = pairs_of_16(codes.high, x.high);
    // Four products of codes below 64 are below 2^15, too.
    if (first == second) return _mm_add_epi32(sum, scaled_pairs(_mm_add_epi16(low, high), first));
    return _mm_add_epi32(_mm_add_epi32(sum, scaled_pairs(low, first)), scaled_pairs(high, second));
}

#endif

// Sums of the products of 16 numbers.
static inline integers dot_shorts(const int16_t *a, const int16_t *b) {
    bytes left = bytes_load(a), right = bytes_load(b);
    return _mm_add_epi32(_mm_madd_epi16(left.low, right.low), _mm_madd_epi16(left.high, right.high));
}

#endif
