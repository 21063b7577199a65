#if defined(__aarch64__)

#include "engine/products/tiles_neon.h"

#include "engine/products/kernels.h"

const struct products products_neon = PRODUCTS("NEON");

#endif
