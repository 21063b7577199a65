// The products that this host can compute, by the names of their instruction sets.
#ifndef ZOSIA_TEST_INSTRUCTION_SETS_H
#define ZOSIA_TEST_INSTRUCTION_SETS_H

#include <stdbool.h>

#include "engine/products/products.h"

struct instruction_set {
    const char *name;
    const struct products *products;
    bool is_there;
};

#if defined(__x86_64__)
extern const struct products products_emulated_vnni; // emulated/products_avx2.c
#endif

enum { INSTRUCTION_SETS_MAX = 8 };

static inline unsigned instruction_sets(struct instruction_set out[INSTRUCTION_SETS_MAX]) {
    unsigned count = 0;
#if defined(__x86_64__)
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    out[count++] = (struct instruction_set){"sse2", &products_sse2, true};
    out[count++] = (struct instruction_set){"ssse3", &products_ssse3, __builtin_cpu_supports("ssse3")};
    out[count++] = (struct instruction_set){"avx2", &products_avx2, avx2};
    out[count++] = (struct instruction_set){"emulated-vnni", &products_emulated_vnni, avx2};
    // Compilers have no word for AVX-VNNI alone: leaf 7, sub-leaf 1, EAX, bit 4.
    unsigned a = 7, b, c = 1, d;
    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    out[count++] = (struct instruction_set){"avxvnni", &products_avxvnni, avx2 && (a >> 4 & 1)};
    bool avx512 = __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vl");
    out[count++] = (struct instruction_set){"avx512vnni", &products_avx512vnni, avx2 && avx512};
#else
    out[count++] = (struct instruction_set){"neon", &products_neon, true};
#endif
    return count;
}

#endif
