// All products in terms of one instruction set's operations. A products_*.c includes its simd_*.h, then this,
// and so becomes one implementation.

#include "engine/products/products.h"
#include "engine/products/tiles.h"
#include "engine/tensors/blocks.h"
#include "engine/tensors/codes.h"
#include "engine/tensors/half.h"
#include "engine/tensors/scales.h"

#include "engine/products/float_kernels.h"

#include "engine/products/half_kernels.h"

#include "engine/products/block_kernels.h"

#include "engine/products/super_kernels.h"

#include "engine/products/block_tiles.h"

#include "engine/products/super_tiles.h"

// `by` begins the names of the functions for quantised matrices, and `lanes` is what they ask of tiles.
#define PRODUCTS_QUANTISED_BY(name, lanes, by) \
    { \
        name, lanes, dot_rows, mix_rows, dot_half_rows, mix_half_rows, { \
            [KIND_F32] = multiply_f32, [KIND_F16] = multiply_f16, [KIND_BF16] = multiply_bf16, \
            [KIND_Q8_0] = by##_q8_0, [KIND_Q4_0] = by##_q4_0, [KIND_Q4_1] = by##_q4_1, \
            [KIND_Q5_0] = by##_q5_0, [KIND_Q5_1] = by##_q5_1, [KIND_IQ4_NL] = by##_iq4_nl, \
            [KIND_MXFP4] = by##_mxfp4, [KIND_Q2_K] = by##_q2_k, [KIND_Q3_K] = by##_q3_k, \
            [KIND_Q4_K] = by##_q4_k, [KIND_Q5_K] = by##_q5_k, [KIND_Q6_K] = by##_q6_k, \
            [KIND_GROUPED] = multiply_grouped, \
        } \
    }

#define PRODUCTS(name) PRODUCTS_QUANTISED_BY(name, LANES, multiply)
