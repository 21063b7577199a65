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
static inline floats floats_multiply_add(floats a, floats b, floats sum) {
    return vfmaq_f32(sum, a, b);
}
static inline float floats_sum(floats x) { return vaddvq_f32(x); }

static inline integers integers_zero(void) { return vdupq_n_s32(0); }

static inline integers integers_multiply_add(const int8_t *a, const int8_t *b, integers sum) {
    int8x16_t left = vld1q_s8(a), right = vld1q_s8(b);
    sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(left), vget_low_s8(right)));
    return vpadalq_s16(sum, vmull_high_s8(left, right));
}

static inline int32_t integers_sum(integers x) { return vaddvq_s32(x); }

#endif
