// The products for VNNI on a processor that need not have it: what the instruction does, in C. Compiled for AVX2, by
// its name.

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

static inline __m256i dot_in_c(__m256i sums, __m256i codes, __m256i values) {
    int32_t sum[8];
    uint8_t code[32];
    int8_t value[32];
    memcpy(sum, &sums, sizeof sum);
    memcpy(code, &codes, sizeof code);
    memcpy(value, &values, sizeof value);
    for (int i = 0; i < 32; i++) sum[i / 4] += code[i] * value[i];
    memcpy(&sums, sum, sizeof sum);
    return sums;
}

#define VNNI dot_in_c

#include "engine/products/tiles_avx2.h"

#include "engine/products/kernels.h"

extern const struct products products_emulated_vnni;
const struct products products_emulated_vnni = PRODUCTS("VNNI in C");

#endif
