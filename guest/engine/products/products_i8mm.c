#if defined(__aarch64__)

// Of the products of quantised matrices, there are others here.
#pragma GCC diagnostic ignored "-Wunused-function"

#include "engine/products/tiles_neon.h"

#include "engine/products/kernels.h"

#include "engine/products/i8mm_pairs.h"

#include "engine/products/i8mm_blocks.h"

#include "engine/products/i8mm_supers.h"

const struct products products_i8mm = PRODUCTS_QUANTISED_BY("NEON with I8MM", 1, multiply_pairs);

#endif
