// Products of tiles of eight vectors, with AVX2 (tiles.h).
#ifndef ZOSIA_TILES_AVX2_H
#define ZOSIA_TILES_AVX2_H

#include "engine/products/simd_avx2.h"

static inline floats floats_multiply(floats a, floats b) { return _mm256_mul_ps(a, b); }
static inline integers integers_load(const int32_t *from) {
    return _mm256_loadu_si256((const __m256i *)from);
}

// The four bytes of a row that meet four elements of each vector.
static inline __m256i four_of_row(const uint8_t *from) {
    int32_t four;
    __builtin_memcpy(&four, from, sizeof four);
    return _mm256_set1_epi32(four);
}

static inline __m256i fours_of_tile(const int8_t *from) {
    return _mm256_loadu_si256((const __m256i *)from);
}

// 32 elements of a row: codes; or int8 as themselves and their sizes, with VNNI with 128 added.
struct row_run {
    _Alignas(32) uint8_t codes[32], values[32];
};

static inline void row_run_of_codes(struct row_run *run, bytes codes) { bytes_store(run->codes, codes); }

static inline void row_run_of_signed(struct row_run *run, bytes values) {
#if defined(VNNI)
    bytes_store(run->codes, _mm256_xor_si256(values, bytes_all(128)));
#else
    bytes_store(run->values, values);
    bytes_store(run->codes, _mm256_sign_epi8(values, values));
#endif
}

// Adds `scale` times the products of `count` fours of codes from `first` on, of which none is above `most`. `x` is
// where the tile's run begins.
static inline __attribute__((always_inline)) integers tile_add_codes(integers sum,
                                                                     const struct row_run *run, int first,
                                                                     int count, const int8_t *x, int most,
                                                                     int16_t scale) {
    int end = first + count;
#if defined(VNNI)
    __m256i part = _mm256_setzero_si256();
    (void)most;
    for (int i = first; i < end; i++) {
        part = VNNI(part, four_of_row(run->codes + 4 * i), fours_of_tile(x + 32 * i));
    }
    return _mm256_add_epi32(sum, _mm256_mullo_epi32(part, _mm256_set1_epi32(scale)));
#else
    // So many sums of two products have room in 16 bits.
    int at_once = 32767 / (2 * 127 * most);
    for (int i = first; i < end; i += at_once) {
        __m256i pairs = _mm256_maddubs_epi16(four_of_row(run->codes + 4 * i), fours_of_tile(x + 32 * i));
        for (int j = i + 1; j < i + at_once && j < end; j++) {
            __m256i next = _mm256_maddubs_epi16(four_of_row(run->codes + 4 * j), fours_of_tile(x + 32 * j));
            pairs = _mm256_add_epi16(pairs, next);
        }
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(scale)));
    }
    return sum;
#endif
}

// `offsets` has the sums of the vectors' bytes, times -128.
static inline __attribute__((always_inline)) integers tile_dot(const struct row_run *run, const int8_t *x,
                                                               const int32_t *offsets) {
#if defined(VNNI)
    __m256i sum = integers_load(offsets);
    for (int i = 0; i < 8; i++) {
        sum = VNNI(sum, four_of_row(run->codes + 4 * i), fours_of_tile(x + 32 * i));
    }
#else
    __m256i sum = _mm256_setzero_si256();
    (void)offsets;
    for (int i = 0; i < 8; i++) {
        __m256i turned = _mm256_sign_epi8(fours_of_tile(x + 32 * i), four_of_row(run->values + 4 * i));
        __m256i pairs = _mm256_maddubs_epi16(four_of_row(run->codes + 4 * i), turned);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
#endif
    return sum;
}

// Adds the products of pairs of minima and of a tile's sums.
static inline integers tile_add_pair(integers sum, const int16_t minima[2], const int16_t *sums) {
    __m256i pairs = _mm256_loadu_si256((const __m256i *)sums);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(four_of_row((const uint8_t *)minima), pairs));
}

#endif
