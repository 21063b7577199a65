// Products of tiles of four vectors, with SSE2 or SSSE3 (tiles.h).
#ifndef ZOSIA_TILES_SSE2_H
#define ZOSIA_TILES_SSE2_H

#include "engine/products/simd_sse2.h"

static inline floats floats_multiply(floats a, floats b) { return _mm_mul_ps(a, b); }

// The four bytes of a row that meet four elements of each vector.
static inline __m128i four_of_row(const uint8_t *from) {
    int32_t four;
    __builtin_memcpy(&four, from, sizeof four);
    return _mm_set1_epi32(four);
}

static inline __m128i fours_of_tile(const int8_t *from) { return _mm_loadu_si128((const __m128i *)from); }

// 32 int8 of a row.
struct signed_row {
    _Alignas(16) uint8_t values[32], sizes[32];
};

#if defined(__SSSE3__)

// Adds `scale` times the products of `count` fours of codes, of which none is above `most`.
static inline __attribute__((always_inline)) integers
tile_add_codes(integers sum, const uint8_t *codes, const int8_t *x, int count, int most, int16_t scale) {
    // So many sums of two products have room in 16 bits.
    int at_once = 32767 / (2 * 127 * most);
    for (int i = 0; i < count; i += at_once) {
        __m128i part = _mm_maddubs_epi16(four_of_row(codes + 4 * i), fours_of_tile(x + 16 * i));
        for (int j = i + 1; j < i + at_once && j < count; j++) {
            __m128i next = _mm_maddubs_epi16(four_of_row(codes + 4 * j), fours_of_tile(x + 16 * j));
            part = _mm_add_epi16(part, next);
        }
        sum = _mm_add_epi32(sum, _mm_madd_epi16(part, _mm_set1_epi16(scale)));
    }
    return sum;
}

static inline void signed_row_of(struct signed_row *row, bytes values) {
    bytes sizes = {_mm_sign_epi8(values.low, values.low), _mm_sign_epi8(values.high, values.high)};
    bytes_store(row->values, values);
    bytes_store(row->sizes, sizes);
}

static inline __attribute__((always_inline)) integers tile_dot(const struct signed_row *row,
                                                               const int8_t *x, const int32_t *offsets) {
    __m128i sum = _mm_setzero_si128();
    (void)offsets;
    for (int i = 0; i < 8; i++) {
        __m128i turned = _mm_sign_epi8(fours_of_tile(x + 16 * i), four_of_row(row->values + 4 * i));
        __m128i pairs = _mm_maddubs_epi16(four_of_row(row->sizes + 4 * i), turned);
        sum = _mm_add_epi32(sum, _mm_madd_epi16(pairs, _mm_set1_epi16(1)));
    }
    return sum;
}

#else

static inline __m128i dot_of_fours(const uint8_t *row, const int8_t *x) {
    __m128i words = low_words(four_of_row(row)), tile = fours_of_tile(x);
    __m128 low = _mm_castsi128_ps(_mm_madd_epi16(words, low_words(tile)));
    __m128 high = _mm_castsi128_ps(_mm_madd_epi16(words, high_words(tile)));
    return _mm_add_epi32(_mm_castps_si128(_mm_shuffle_ps(low, high, 0x88)),
                         _mm_castps_si128(_mm_shuffle_ps(low, high, 0xdd)));
}

static inline __m128i times(__m128i sums, int16_t scale) {
    // Sums of 32 products of codes with bytes have 18 bits: two products of 16 bits make one of them.
    __m128i low = _mm_and_si128(sums, _mm_set1_epi32(0x7fff)), high = _mm_srai_epi32(sums, 15);
    __m128i factor = _mm_set1_epi32((uint16_t)scale);
    return _mm_add_epi32(_mm_madd_epi16(low, factor), _mm_slli_epi32(_mm_madd_epi16(high, factor), 15));
}

static inline __attribute__((always_inline)) integers
tile_add_codes(integers sum, const uint8_t *codes, const int8_t *x, int count, int most, int16_t scale) {
    __m128i part = _mm_setzero_si128();
    (void)most;
    for (int i = 0; i < count; i++) {
        part = _mm_add_epi32(part, dot_of_fours(codes + 4 * i, x + 16 * i));
    }
    return _mm_add_epi32(sum, scale == 1 ? part : times(part, scale));
}

static inline void signed_row_of(struct signed_row *row, bytes values) { bytes_store(row->values, values); }

static inline __attribute__((always_inline)) integers tile_dot(const struct signed_row *row,
                                                               const int8_t *x, const int32_t *offsets) {
    (void)offsets;
    return tile_add_codes(_mm_setzero_si128(), row->values, x, 8, 128, 1);
}

#endif

// Adds the products of pairs of minima and of a tile's sums.
static inline integers tile_add_pair(integers sum, const int16_t minima[2], const int16_t *sums) {
    __m128i pairs = _mm_loadu_si128((const __m128i *)sums);
    return _mm_add_epi32(sum, _mm_madd_epi16(four_of_row((const uint8_t *)minima), pairs));
}

#endif
