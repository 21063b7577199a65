// The operations of product_kernels.h with NEON, which every aarch64 processor has.
#ifndef ZOSIA_SIMD_NEON_H
#define ZOSIA_SIMD_NEON_H

#include <arm_neon.h>
#include <stdint.h>

enum { LANES = 4, BYTE_LANES = 16 };

typedef float32x4_t floats;
typedef int32x4_t integers;

static inline floats floats_zero(void) { return vdupq_n_f32(0); }
static inline floats floats_all(float x) { return vdupq_n_f32(x); }
static inline floats floats_load(const float *from) { return vld1q_f32(from); }
static inline void floats_store(float *to, floats x) { vst1q_f32(to, x); }
static inline floats floats_add(floats a, floats b) { return vaddq_f32(a, b); }
// Not fused: so the sums, and with them the texts, are the same as with SSE2 to the last bit. It costs
// nothing, as the weights' way from memory takes longer than either, and in QEMU's translator, which
// fuses in software, a third of the time is saved.
static inline floats floats_multiply_add(floats a, floats b, floats sum) {
    return vaddq_f32(vmulq_f32(a, b), sum);
}

// In the order of simd_sse2.h.
static inline float floats_sum(floats x) {
    float32x2_t halves = vadd_f32(vget_low_f32(x), vget_high_f32(x));
    return vget_lane_f32(halves, 0) + vget_lane_f32(halves, 1);
}

static inline integers integers_zero(void) { return vdupq_n_s32(0); }

static inline integers integers_multiply_add(const int8_t *a, const int8_t *b, integers sum) {
    int8x16_t left = vld1q_s8(a), right = vld1q_s8(b);
    sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(left), vget_low_s8(right)));
    return vpadalq_s16(sum, vmull_high_s8(left, right));
}

static inline int32_t integers_sum(integers x) { return vaddvq_s32(x); }

#endif
