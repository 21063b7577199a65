// Products of tiles of four vectors, with NEON, and with its dot products where the compiler may use them (tiles.h).
#ifndef ZOSIA_TILES_NEON_H
#define ZOSIA_TILES_NEON_H

#include "engine/products/simd_neon.h"

static inline floats floats_multiply(floats a, floats b) { return vmulq_f32(a, b); }

// The four bytes of a row that meet four elements of each vector.
static inline int8x16_t four_of_row(const uint8_t *from) {
    uint32_t four;
    __builtin_memcpy(&four, from, sizeof four);
    return vreinterpretq_s8_u32(vdupq_n_u32(four));
}

static inline int32x4_t add_dots(int32x4_t sum, const uint8_t *row, const int8_t *tile) {
    int8x16_t four = four_of_row(row), fours = vld1q_s8(tile);
#if defined(__ARM_FEATURE_DOTPROD)
    return vdotq_s32(sum, four, fours);
#else
    int16x8_t low = vmull_s8(vget_low_s8(four), vget_low_s8(fours)), high = vmull_high_s8(four, fours);
    return vaddq_s32(sum, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)));
#endif
}

// 32 elements of a row.
struct row_run {
    uint8_t values[32];
};

static inline void row_run_of_codes(struct row_run *run, bytes codes) { bytes_store(run->values, codes); }
static inline void row_run_of_signed(struct row_run *run, bytes values) {
    bytes_store(run->values, values);
}

// Adds `scale` times the products of `count` fours of codes from `first` on, of which none is above `most`. `x` is
// where the tile's run begins.
static inline __attribute__((always_inline)) integers tile_add_codes(integers sum,
                                                                     const struct row_run *run, int first,
                                                                     int count, const int8_t *x, int most,
                                                                     int16_t scale) {
    int32x4_t part = vdupq_n_s32(0);
    (void)most;
    for (int i = first; i < first + count; i++) part = add_dots(part, run->values + 4 * i, x + 16 * i);
    return vmlaq_n_s32(sum, part, scale);
}

static inline __attribute__((always_inline)) integers tile_dot(const struct row_run *run, const int8_t *x,
                                                               const int32_t *offsets) {
    (void)offsets;
    return tile_add_codes(vdupq_n_s32(0), run, 0, 8, x, 127, 1);
}

// Adds the products of pairs of minima and of a tile's sums.
static inline integers tile_add_pair(integers sum, const int16_t minima[2], const int16_t *sums) {
    int16x4_t pair = vreinterpret_s16_u32(vdup_n_u32(0));
    __builtin_memcpy(&pair, minima, 4);
    pair = vreinterpret_s16_s32(vdup_lane_s32(vreinterpret_s32_s16(pair), 0));
    int16x8_t pairs = vld1q_s16(sums);
    int32x4_t low = vmull_s16(pair, vget_low_s16(pairs)), high = vmull_s16(pair, vget_high_s16(pairs));
    return vaddq_s32(sum, vpaddq_s32(low, high));
}

#endif
