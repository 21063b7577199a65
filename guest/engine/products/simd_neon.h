// The operations of kernels.h with NEON, which every aarch64 processor has.
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
// Not fused: so the sums of floats, and with them llama2.c's texts, are the same as with SSE2 to the last bit. It costs
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

static inline floats floats_load_halves(const uint8_t *from) {
    return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(from)));
}

static inline floats floats_load_bfloats(const uint8_t *from) {
    return vreinterpretq_f32_u32(vshll_n_u16(vreinterpret_u16_u8(vld1_u8(from)), 16));
}

// 32 bytes; what they are is each function's own affair.
typedef uint8x16x2_t bytes;

static inline bytes bytes_load(const void *from) {
    const uint8_t *at = from;
    return (bytes){{vld1q_u8(at), vld1q_u8(at + 16)}};
}
static inline void bytes_store(uint8_t *to, bytes x) {
    vst1q_u8(to, x.val[0]);
    vst1q_u8(to + 16, x.val[1]);
}
static inline bytes bytes_all(uint8_t x) { return (bytes){{vdupq_n_u8(x), vdupq_n_u8(x)}}; }
static inline bytes bytes_or(bytes a, bytes b) {
    return (bytes){{vorrq_u8(a.val[0], b.val[0]), vorrq_u8(a.val[1], b.val[1])}};
}
static inline bytes bytes_subtract(bytes a, bytes b) {
    return (bytes){{vsubq_u8(a.val[0], b.val[0]), vsubq_u8(a.val[1], b.val[1])}};
}
// Each byte's bits from `shift` on, as many as the mask has.
static inline bytes bytes_bits(bytes x, int shift, uint8_t mask) {
    int8x16_t by = vdupq_n_s8((int8_t)-shift);
    uint8x16_t all = vdupq_n_u8(mask);
    return (bytes){{vandq_u8(vshlq_u8(x.val[0], by), all), vandq_u8(vshlq_u8(x.val[1], by), all)}};
}
static inline bytes bytes_shift_left(bytes x, int shift) {
    int8x16_t by = vdupq_n_s8((int8_t)shift);
    return (bytes){{vshlq_u8(x.val[0], by), vshlq_u8(x.val[1], by)}};
}

// 16 bytes as 32 codes of 4 bits: first their lower halves, then their upper ones.
static inline bytes bytes_load_nibbles(const uint8_t *from) {
    uint8x16_t packed = vld1q_u8(from);
    return (bytes){{vandq_u8(packed, vdupq_n_u8(15)), vshrq_n_u8(packed, 4)}};
}

// 32 bits as bytes that are `value` or 0.
static inline bytes bytes_spread(uint32_t bits, uint8_t value) {
    const uint8x16_t bit = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
    uint8x16_t low = vcombine_u8(vdup_n_u8((uint8_t)bits), vdup_n_u8((uint8_t)(bits >> 8)));
    uint8x16_t high = vcombine_u8(vdup_n_u8((uint8_t)(bits >> 16)), vdup_n_u8((uint8_t)(bits >> 24)));
    uint8x16_t all = vdupq_n_u8(value);
    return (bytes){{vandq_u8(vtstq_u8(low, bit), all), vandq_u8(vtstq_u8(high, bit), all)}};
}

static inline bytes bytes_look_up(const int8_t table[16], bytes codes) {
    uint8x16_t values = vreinterpretq_u8_s8(vld1q_s8(table));
    return (bytes){{vqtbl1q_u8(values, codes.val[0]), vqtbl1q_u8(values, codes.val[1])}};
}

static inline integers integers_subtract(integers a, integers b) { return vsubq_s32(a, b); }
static inline floats floats_of_integers(integers x) { return vcvtq_f32_s32(x); }

// Adds the sums of products of 16 int8.
static inline integers add_dot_of_16(integers sum, uint8x16_t a, uint8x16_t x) {
    int8x16_t left = vreinterpretq_s8_u8(a), right = vreinterpretq_s8_u8(x);
#if defined(__ARM_FEATURE_DOTPROD)
    return vdotq_s32(sum, left, right);
#else
    sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(left), vget_low_s8(right)));
    return vpadalq_s16(sum, vmull_high_s8(left, right));
#endif
}

// Sums of products of int8.
static inline integers dot_bytes(bytes a, bytes x) {
    return add_dot_of_16(add_dot_of_16(integers_zero(), a.val[0], x.val[0]), a.val[1], x.val[1]);
}

// Sums of products of codes below 128 with int8.
static inline integers dot_codes(bytes codes, bytes x) { return dot_bytes(codes, x); }

// Adds the sums of products of codes below 64 with int8, those of the first 16 times `first`, the others times
// `second`.
static inline integers add_scaled_dot(integers sum, bytes codes, bytes x, int16_t first, int16_t second) {
    sum = vmlaq_n_s32(sum, add_dot_of_16(integers_zero(), codes.val[0], x.val[0]), first);
    return vmlaq_n_s32(sum, add_dot_of_16(integers_zero(), codes.val[1], x.val[1]), second);
}

// Sums of the products of 16 numbers.
static inline integers dot_shorts(const int16_t *a, const int16_t *b) {
    int16x8_t a0 = vld1q_s16(a), b0 = vld1q_s16(b), a1 = vld1q_s16(a + 8), b1 = vld1q_s16(b + 8);
    integers sum = vmull_s16(vget_low_s16(a0), vget_low_s16(b0));
    sum = vmlal_high_s16(sum, a0, b0);
    sum = vmlal_s16(sum, vget_low_s16(a1), vget_low_s16(b1));
    return vmlal_high_s16(sum, a1, b1);
}

#endif
