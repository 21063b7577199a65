// Products of tiles of four vectors, with SSE2 or SSSE3 (tiles.h).
#ifndef ZOSIA_TILES_SSE2_H
#define ZOSIA_TILES_SSE2_H

#include "engine/products/simd_sse2.h"

static inline floats floats_multiply(floats a, floats b) { return _mm_mul_ps(a, b); }

// Each four of 32 bytes, four times: for all vectors of a tile.
struct spread {
    uint64_t fours[8][2];
};

static inline void spread_put(struct spread *spread, bytes values) {
    uint32_t fours[8];
    bytes_store((uint8_t *)fours, values);
    for (int i = 0; i < 8; i++) {
        spread->fours[i][0] = spread->fours[i][1] = fours[i] * UINT64_C(0x100000001);
    }
}

static inline __m128i spread_four(const struct spread *spread, int i) {
    return _mm_loadu_si128((const __m128i *)spread->fours[i]);
}

static inline __m128i fours_of_tile(const int8_t *from) { return _mm_loadu_si128((const __m128i *)from); }

#if defined(__SSSE3__)

// 32 elements of a row: int8 as their sizes and themselves, codes as they are.
struct row_run {
    struct spread codes, values;
};

static inline void row_run_of_codes(struct row_run *run, bytes codes) { spread_put(&run->codes, codes); }

static inline void row_run_of_signed(struct row_run *run, bytes values) {
    bytes sizes = {_mm_sign_epi8(values.low, values.low), _mm_sign_epi8(values.high, values.high)};
    spread_put(&run->values, values);
    spread_put(&run->codes, sizes);
}

// Sums of two products each.
static inline __m128i pairs_of_codes(const struct row_run *run, int i, const int8_t *x) {
    return _mm_maddubs_epi16(spread_four(&run->codes, i), fours_of_tile(x + 16 * i));
}

static inline __m128i pairs_of_signed(const struct row_run *run, int i, const int8_t *x) {
    __m128i turned = _mm_sign_epi8(fours_of_tile(x + 16 * i), spread_four(&run->values, i));
    return _mm_maddubs_epi16(spread_four(&run->codes, i), turned);
}

#else

// 32 elements of a row, those at even places and those at odd ones.
struct row_run {
    struct spread even, odd;
};

static inline void row_run_of_signed(struct row_run *run, bytes values) {
    spread_put(&run->even, (bytes){even_bytes(values.low), even_bytes(values.high)});
    spread_put(&run->odd, (bytes){odd_bytes(values.low), odd_bytes(values.high)});
}

static inline void row_run_of_codes(struct row_run *run, bytes codes) { row_run_of_signed(run, codes); }

// Sums of two products each.
static inline __m128i pairs_of_signed(const struct row_run *run, int i, const int8_t *x) {
    __m128i tile = fours_of_tile(x + 16 * i);
    return _mm_add_epi16(_mm_mullo_epi16(spread_four(&run->even, i), even_bytes(tile)),
                         _mm_mullo_epi16(spread_four(&run->odd, i), odd_bytes(tile)));
}

static inline __m128i pairs_of_codes(const struct row_run *run, int i, const int8_t *x) {
    return pairs_of_signed(run, i, x);
}

#endif

// Adds `scale` times the products of `count` fours of codes from `first` on, of which none is above `most`. `x` is
// where the tile's run begins.
static inline __attribute__((always_inline)) integers tile_add_codes(integers sum,
                                                                     const struct row_run *run, int first,
                                                                     int count, const int8_t *x, int most,
                                                                     int16_t scale) {
    // So many sums of two products have room in 16 bits.
    int at_once = 32767 / (2 * 127 * most);
    for (int i = first; i < first + count; i += at_once) {
        __m128i pairs = pairs_of_codes(run, i, x);
        for (int j = i + 1; j < i + at_once && j < first + count; j++) {
            pairs = _mm_add_epi16(pairs, pairs_of_codes(run, j, x));
        }
        sum = _mm_add_epi32(sum, _mm_madd_epi16(pairs, _mm_set1_epi16(scale)));
    }
    return sum;
}

static inline __attribute__((always_inline)) integers tile_dot(const struct row_run *run, const int8_t *x,
                                                               const int32_t *offsets) {
    __m128i sum = _mm_setzero_si128();
    (void)offsets;
    for (int i = 0; i < 8; i++) sum = _mm_add_epi32(sum, sums_of_pairs(pairs_of_signed(run, i, x)));
    return sum;
}

// Adds the products of pairs of minima and of a tile's sums.
static inline integers tile_add_pair(integers sum, const int16_t minima[2], const int16_t *sums) {
    int32_t pair;
    __builtin_memcpy(&pair, minima, sizeof pair);
    __m128i pairs = _mm_loadu_si128((const __m128i *)sums);
    return _mm_add_epi32(sum, _mm_madd_epi16(_mm_set1_epi32(pair), pairs));
}

#endif
