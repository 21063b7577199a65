#if defined(__x86_64__)

#include <cpuid.h>
#include <stdbool.h>

#include "emulation.h"
#include "vectors.h"

// Intel SDM: volume 1, 14.3 (detecting AVX), 15.2 (AVX-512) and volume 3, 2.5 and 2.6 (CR4 and XCR0).
enum {
    LEAF1_ECX_SSSE3 = 1 << 9,
    LEAF1_ECX_FMA = 1 << 12,
    LEAF1_ECX_XSAVE = 1 << 26,
    LEAF1_ECX_AVX = 1 << 28,
    LEAF1_ECX_F16C = 1 << 29,
    LEAF7_EBX_AVX2 = 1 << 5,
    LEAF7_EBX_AVX512F = 1 << 16,
    LEAF7_ECX_AVX512_VNNI = 1 << 11,
    LEAF7_1_EAX_AVX_VNNI = 1 << 4,
    CR4_OSXSAVE = 1 << 18,
    XCR0_X87_SSE_AVX = 7,
    XCR0_AVX512 = 0xe0,
};
static const unsigned LEAF7_EBX_AVX512VL = 1u << 31;

struct registers {
    unsigned eax, ebx, ecx, edx;
};

// All zeros where there is no such leaf.
static struct registers cpuid(unsigned leaf, unsigned part) {
    struct registers r = {0};
    if ((unsigned)__get_cpuid_max(0, NULL) >= leaf) __cpuid_count(leaf, part, r.eax, r.ebx, r.ecx, r.edx);
    return r;
}

static bool has(unsigned bits, unsigned wanted) { return (bits & wanted) == wanted; }

static bool has_avx2(void) {
    const unsigned needed =
        LEAF1_ECX_FMA | LEAF1_ECX_XSAVE | LEAF1_ECX_AVX | LEAF1_ECX_F16C | LEAF1_ECX_SSSE3;
    return has(cpuid(1, 0).ecx, needed) && has(cpuid(7, 0).ebx, LEAF7_EBX_AVX2);
}

static bool has_avx512_vnni(void) {
    struct registers r = cpuid(7, 0);
    return has(r.ebx, LEAF7_EBX_AVX512F | LEAF7_EBX_AVX512VL) && has(r.ecx, LEAF7_ECX_AVX512_VNNI) &&
           has(cpuid(0xd, 0).eax, XCR0_X87_SSE_AVX | XCR0_AVX512);
}

// QEMU's translator has no registers to put AVX into, each of its instructions is a call as most of SSSE3's are,
// and fusing is done in software: SSE2 takes a third of the time of SSSE3, and a sixth of that of AVX2.
const struct products *vectors_best_products(void) {
    if (emulation_is_running()) return &products_sse2;
    if (!has_avx2()) return has(cpuid(1, 0).ecx, LEAF1_ECX_SSSE3) ? &products_ssse3 : &products_sse2;
    if (has_avx512_vnni()) return &products_avx512vnni;
    return has(cpuid(7, 1).eax, LEAF7_1_EAX_AVX_VNNI) ? &products_avxvnni : &products_avx2;
}

// The firmware itself uses SSE at most, and need not have switched the wider registers on.
void vectors_enable(void) {
    const struct products *best = vectors_best_products();
    if (best == &products_sse2 || best == &products_ssse3) return;
    uint64_t cr4;
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_OSXSAVE));
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    low |= XCR0_X87_SSE_AVX | (best == &products_avx512vnni ? XCR0_AVX512 : 0);
    __asm__ volatile("xsetbv" : : "a"(low), "d"(high), "c"(0));
}

#endif
