#if defined(__x86_64__)

#include "simd_avx2.h"

#include "product_kernels.h"

const struct products products_avx2 = {"AVX2 with FMA", dot_rows, mix_rows, dot_byte_rows};

#endif
