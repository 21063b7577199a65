// Where things are in a block of each quantised type (ggml/src/ggml-common.h). `d` is a scale, `m` what is
// added or taken away, both in F16; the elements' own bits are their codes.
#ifndef ZOSIA_BLOCKS_H
#define ZOSIA_BLOCKS_H

// Of 32 elements.
enum {
    Q8_0_D = 0,
    Q8_0_CODES = 2,
    Q8_0_BYTES = 34,

    Q4_0_D = 0,
    Q4_0_CODES = 2, // elements 0 to 15 in the lower halves of the bytes, 16 to 31 in the upper ones
    Q4_0_BYTES = 18,

    Q4_1_D = 0,
    Q4_1_M = 2,
    Q4_1_CODES = 4,
    Q4_1_BYTES = 20,

    Q5_0_D = 0,
    Q5_0_FIFTH_BITS = 2, // 32 bits, the first element's is the lowest
    Q5_0_CODES = 6,
    Q5_0_BYTES = 22,

    Q5_1_D = 0,
    Q5_1_M = 2,
    Q5_1_FIFTH_BITS = 4,
    Q5_1_CODES = 8,
    Q5_1_BYTES = 24,

    MXFP4_E = 0, // the scale's exponent
    MXFP4_CODES = 1,
    MXFP4_BYTES = 17,
};

// Of 256 elements.
enum {
    SUPER = 256,

    Q2_K_SCALES = 0, // 16 bytes, one each 16 elements: scale in the lower half, minimum in the upper
    Q2_K_CODES = 16, // 64 bytes; each 32 of them have four runs of 32 elements, from the lowest bits on
    Q2_K_D = 80,
    Q2_K_M = 82,
    Q2_K_BYTES = 84,

    Q3_K_THIRD_BITS = 0, // 32 bytes, of which bit i belongs to elements 32 i and on
    Q3_K_CODES = 32, // as in Q2_K
    Q3_K_SCALES = 96, // 16 scales of 6 bits in 12 bytes
    Q3_K_D = 108,
    Q3_K_BYTES = 110,

    Q4_K_D = 0,
    Q4_K_M = 2,
    Q4_K_SCALES = 4, // 8 scales and 8 minima of 6 bits in 12 bytes
    Q4_K_CODES = 16, // 128 bytes; each 32 of them have 32 elements in the lower halves, 32 in the upper
    Q4_K_BYTES = 144,

    Q5_K_D = 0,
    Q5_K_M = 2,
    Q5_K_SCALES = 4,
    Q5_K_FIFTH_BITS = 16, // 32 bytes, of which bit i belongs to elements 32 i and on
    Q5_K_CODES = 48,
    Q5_K_BYTES = 176,

    Q6_K_CODES = 0, // 128 bytes; each 64 of them have the lower 4 bits of 128 elements
    Q6_K_UPPER_BITS = 128, // 64 bytes; each 32 of them have the upper 2 bits of 128 elements
    Q6_K_SCALES = 192, // 16 int8
    Q6_K_D = 208,
    Q6_K_BYTES = 210,
};

#endif
