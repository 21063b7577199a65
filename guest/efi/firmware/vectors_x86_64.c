#if defined(__x86_64__)

#include <cpuid.h>
#include <stdbool.h>

#include "emulation.h"
#include "vectors.h"

// Intel SDM: volume 1, 14.3 (detecting AVX) and volume 3, 2.5 and 2.6 (CR4 and XCR0).
enum {
    LEAF1_ECX_FMA = 1 << 12,
    LEAF1_ECX_XSAVE = 1 << 26,
    LEAF1_ECX_AVX = 1 << 28,
    LEAF7_EBX_AVX2 = 1 << 5,
    CR4_OSXSAVE = 1 << 18,
    XCR0_X87_SSE_AVX = 7,
};

static bool has_avx2(void) {
    const unsigned needed = LEAF1_ECX_FMA | LEAF1_ECX_XSAVE | LEAF1_ECX_AVX;
    unsigned eax, ebx, ecx, edx;
    if (__get_cpuid_max(0, NULL) < 7) return false;
    __cpuid(1, eax, ebx, ecx, edx);
    if ((ecx & needed) != needed) return false;
    __cpuid_count(7, 0, eax, ebx, ecx, edx);
    return (ebx & LEAF7_EBX_AVX2) != 0;
}

// QEMU's translator has no registers to put AVX into: each instruction is a call, fusing is done in
// software, and all of it takes seven times as long as SSE2.
const struct products *vectors_best_products(void) {
    return has_avx2() && !emulation_is_running() ? &products_avx2 : &products_sse2;
}

// The firmware itself uses SSE at most, and need not have switched the wider registers on.
void vectors_enable(void) {
    if (vectors_best_products() != &products_avx2) return;
    uint64_t cr4;
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_OSXSAVE));
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    __asm__ volatile("xsetbv" : : "a"(low | XCR0_X87_SSE_AVX), "d"(high), "c"(0));
}

#endif
