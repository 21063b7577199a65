#include "engine/tensors/to_floats.h"

#include "engine/tensors/blocks.h"
#include "engine/tensors/codes.h"
#include "engine/tensors/half.h"
#include "engine/tensors/scales.h"
#include "shared/memory.h"

enum { BLOCK = 32, HALF = 16 };

void floats_of_f32(float *out, const uint8_t *blocks, size_t count) {
    memcpy(out, blocks, count * sizeof(float));
}

void floats_of_f16(float *out, const uint8_t *blocks, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = load_half(blocks + 2 * i);
}

void floats_of_bf16(float *out, const uint8_t *blocks, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = bfloat_to_float(load_16_bits(blocks + 2 * i));
}

void floats_of_q8_0(float *out, const uint8_t *b, size_t count) {
    for (; count-- > 0; b += Q8_0_BYTES) {
        float d = load_half(b + Q8_0_D);
        for (int i = 0; i < BLOCK; i++) *out++ = (float)(int8_t)b[Q8_0_CODES + i] * d;
    }
}

// Element i of codes of 4 bits, of which the first half of a block is in the lower halves.
static int nibble(const uint8_t *codes, int i) { return i < HALF ? codes[i] & 15 : codes[i - HALF] >> 4; }

void floats_of_q4_0(float *out, const uint8_t *b, size_t count) {
    for (; count-- > 0; b += Q4_0_BYTES) {
        float d = load_half(b + Q4_0_D);
        for (int i = 0; i < BLOCK; i++) *out++ = (float)(nibble(b + Q4_0_CODES, i) - 8) * d;
    }
}

void floats_of_q4_1(float *out, const uint8_t *b, size_t count) {
    for (; count-- > 0; b += Q4_1_BYTES) {
        float d = load_half(b + Q4_1_D), m = load_half(b + Q4_1_M);
        for (int i = 0; i < BLOCK; i++) *out++ = (float)nibble(b + Q4_1_CODES, i) * d + m;
    }
}

static int fifth_bit(const uint8_t *bits, int i) { return (int)(load_32_bits(bits) >> i & 1) << 4; }

void floats_of_q5_0(float *out, const uint8_t *b, size_t count) {
    for (; count-- > 0; b += Q5_0_BYTES) {
        float d = load_half(b + Q5_0_D);
        for (int i = 0; i < BLOCK; i++) {
            int code = nibble(b + Q5_0_CODES, i) | fifth_bit(b + Q5_0_FIFTH_BITS, i);
            *out++ = (float)(code - 16) * d;
        }
    }
}

void floats_of_q5_1(float *out, const uint8_t *b, size_t count) {
    for (; count-- > 0; b += Q5_1_BYTES) {
        float d = load_half(b + Q5_1_D), m = load_half(b + Q5_1_M);
        for (int i = 0; i < BLOCK; i++) {
            int code = nibble(b + Q5_1_CODES, i) | fifth_bit(b + Q5_1_FIFTH_BITS, i);
            *out++ = (float)code * d + m;
        }
    }
}

void floats_of_iq4_nl(float *out, const uint8_t *b, size_t count) {
    static const int8_t values[16] = {IQ4_NL_VALUES};
    for (; count-- > 0; b += Q4_0_BYTES) {
        float d = load_half(b + Q4_0_D);
        for (int i = 0; i < BLOCK; i++) *out++ = (float)values[nibble(b + Q4_0_CODES, i)] * d;
    }
}

void floats_of_mxfp4(float *out, const uint8_t *b, size_t count) {
    static const int8_t values[16] = {MXFP4_VALUES};
    for (; count-- > 0; b += MXFP4_BYTES) {
        float d = mxfp4_scale(b[MXFP4_E]);
        for (int i = 0; i < BLOCK; i++) *out++ = (float)values[nibble(b + MXFP4_CODES, i)] * d;
    }
}

// Code of 2 bits of element i: runs of 32 elements lie above each other in the same 32 bytes.
static int two_bits(const uint8_t *codes, int i) {
    return codes[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
}

void floats_of_q2_k(float *out, const uint8_t *b, size_t count) {
    for (; count-- > 0; b += Q2_K_BYTES) {
        float d = load_half(b + Q2_K_D), m = load_half(b + Q2_K_M);
        for (int i = 0; i < SUPER; i++) {
            uint8_t scale = b[Q2_K_SCALES + i / 16];
            *out++ = d * (float)(scale & 15) * (float)two_bits(b + Q2_K_CODES, i) - m * (float)(scale >> 4);
        }
    }
}

void floats_of_q3_k(float *out, const uint8_t *b, size_t count) {
    for (; count-- > 0; b += Q3_K_BYTES) {
        float d = load_half(b + Q3_K_D);
        uint8_t scales[16];
        unpack_scales_16(b + Q3_K_SCALES, scales);
        for (int i = 0; i < SUPER; i++) {
            int third = b[Q3_K_THIRD_BITS + i % 32] >> (i / 32) & 1;
            int code = two_bits(b + Q3_K_CODES, i) + 4 * third - 4;
            *out++ = d * (float)(scales[i / 16] - 32) * (float)code;
        }
    }
}

// Element i of 256 codes of 4 bits, 64 to each 32 bytes.
static int nibble_of_super(const uint8_t *codes, int i) {
    uint8_t byte = codes[i / 64 * 32 + i % 32];
    return i % 64 < 32 ? byte & 15 : byte >> 4;
}

void floats_of_q4_k(float *out, const uint8_t *b, size_t count) {
    for (; count-- > 0; b += Q4_K_BYTES) {
        float d = load_half(b + Q4_K_D), m = load_half(b + Q4_K_M);
        uint8_t scales[8], minima[8];
        unpack_scales_8(b + Q4_K_SCALES, scales, minima);
        for (int i = 0; i < SUPER; i++) {
            float code = (float)nibble_of_super(b + Q4_K_CODES, i);
            *out++ = d * (float)scales[i / 32] * code - m * (float)minima[i / 32];
        }
    }
}

void floats_of_q5_k(float *out, const uint8_t *b, size_t count) {
    for (; count-- > 0; b += Q5_K_BYTES) {
        float d = load_half(b + Q5_K_D), m = load_half(b + Q5_K_M);
        uint8_t scales[8], minima[8];
        unpack_scales_8(b + Q5_K_SCALES, scales, minima);
        for (int i = 0; i < SUPER; i++) {
            int fifth = b[Q5_K_FIFTH_BITS + i % 32] >> (i / 32) & 1;
            float code = (float)(nibble_of_super(b + Q5_K_CODES, i) + 16 * fifth);
            *out++ = d * (float)scales[i / 32] * code - m * (float)minima[i / 32];
        }
    }
}

void floats_of_q6_k(float *out, const uint8_t *b, size_t count) {
    for (; count-- > 0; b += Q6_K_BYTES) {
        float d = load_half(b + Q6_K_D);
        for (int i = 0; i < SUPER; i++) {
            uint8_t lower = b[Q6_K_CODES + i / 128 * 64 + i % 64];
            int upper = b[Q6_K_UPPER_BITS + i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
            int code = (i % 128 < 64 ? lower & 15 : lower >> 4) + 16 * upper - 32;
            *out++ = d * (float)(int8_t)b[Q6_K_SCALES + i / 16] * (float)code;
        }
    }
}
