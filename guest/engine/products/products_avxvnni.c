#if defined(__x86_64__)

#include <immintrin.h>

#define VNNI _mm256_dpbusd_avx_epi32

#include "engine/products/tiles_avx2.h"

#include "engine/products/kernels.h"

const struct products products_avxvnni = PRODUCTS("AVX-VNNI");

#endif
