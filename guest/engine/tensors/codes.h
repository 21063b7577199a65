// What the codes of 4 bits stand for in the types that have a table for it.
#ifndef ZOSIA_CODES_H
#define ZOSIA_CODES_H

#include <stdint.h>

#include "engine/tensors/half.h"

// ggml/src/ggml-common.h, kvalues_iq4nl.
#define IQ4_NL_VALUES -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
// OCP Microscaling Formats 1.0, 5.3.3 (E2M1), doubled, so that all are whole.
#define MXFP4_VALUES 0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12

// The scale that an exponent stands for (E8M0), halved because the values are doubled. 0 and 1 make numbers
// below the smallest of full precision.
static inline float mxfp4_scale(uint8_t exponent) {
    return float_of_bits(exponent < 2 ? 0x00200000u << exponent : (uint32_t)(exponent - 1) << 23);
}

#endif
