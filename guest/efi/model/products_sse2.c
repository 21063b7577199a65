#if defined(__x86_64__)

#include "simd_sse2.h"

#include "product_kernels.h"

const struct products products_sse2 = {"SSE2", dot_rows, mix_rows, dot_byte_rows};

#endif
