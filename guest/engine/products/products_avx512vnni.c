#if defined(__x86_64__)

#include <immintrin.h>

#define VNNI _mm256_dpbusd_epi32

#include "engine/products/tiles_avx2.h"

#include "engine/products/kernels.h"

const struct products products_avx512vnni = PRODUCTS("AVX-512 VNNI");

#endif
