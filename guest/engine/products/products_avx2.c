#if defined(__x86_64__)

#include "engine/products/tiles_avx2.h"

#include "engine/products/kernels.h"

const struct products products_avx2 = PRODUCTS("AVX2 with FMA");

#endif
