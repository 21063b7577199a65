#if defined(__aarch64__)

#include "simd_neon.h"

#include "product_kernels.h"

const struct products products_neon = {"NEON", dot_rows, mix_rows, dot_byte_rows};

#endif
