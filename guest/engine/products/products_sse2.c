#if defined(__x86_64__)

#include "engine/products/tiles_sse2.h"

#include "engine/products/kernels.h"

const struct products products_sse2 = PRODUCTS("SSE2");

#endif
