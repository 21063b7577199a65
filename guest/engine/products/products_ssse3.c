#if defined(__x86_64__)

#include <tmmintrin.h>

#include "engine/products/tiles_sse2.h"

#include "engine/products/kernels.h"

const struct products products_ssse3 = PRODUCTS("SSSE3");

#endif
