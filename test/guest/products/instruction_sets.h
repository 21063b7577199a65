// The products that this host can compute, by the names of their instruction sets: the best of them last.
#ifndef ZOSIA_TEST_INSTRUCTION_SETS_H
#define ZOSIA_TEST_INSTRUCTION_SETS_H

#include <stdbool.h>
#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

#include "engine/products/products.h"

struct instruction_set {
    const char *name;
    const struct products *products;
    bool is_there;
};

enum { INSTRUCTION_SETS_MAX = 8 };

static inline unsigned instruction_sets(struct instruction_set out[INSTRUCTION_SETS_MAX]) {
    unsigned count = 0;
#if defined(__x86_64__)
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    out[count++] = (struct instruction_set){"sse2", &products_sse2, true};
    out[count++] = (struct instruction_set){"ssse3", &products_ssse3, __builtin_cpu_supports("ssse3")};
    out[count++] = (struct instruction_set){"avx2", &products_avx2, avx2};
    // Compilers have no word for AVX-VNNI alone: leaf 7, sub-leaf 1, EAX, bit 4.
    unsigned a = 7, b, c = 1, d;
    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    out[count++] = (struct instruction_set){"avxvnni", &products_avxvnni, avx2 && (a >> 4 & 1)};
    bool avx512 = __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vl");
    out[count++] = (struct instruction_set){"avx512vnni", &products_avx512vnni, avx2 && avx512};
#else
    // Linux, arch/arm64/include/uapi/asm/hwcap.h: ASIMDDP and I8MM.
    bool dotprod = getauxval(AT_HWCAP) >> 20 & 1, i8mm = getauxval(AT_HWCAP2) >> 13 & 1;
    out[count++] = (struct instruction_set){"neon", &products_neon, true};
    out[count++] = (struct instruction_set){"dotprod", &products_dotprod, dotprod};
    out[count++] = (struct instruction_set){"i8mm", &products_i8mm, dotprod && i8mm};
#endif
    return count;
}

#endif
