// Whether a processor for aarch64 may touch its vector registers: the values of the registers that say so,
// apart from reading and writing them. The firmware lets the first processor (UEFI 2.10, 2.3.6); nobody
// promises that for the others.
#ifndef ZOSIA_VECTOR_ACCESS_H
#define ZOSIA_VECTOR_ACCESS_H

#include <stdint.h>

// Arm ARM, D19.2: CurrentEL.
static inline unsigned vector_access_level(uint64_t current_el) { return (unsigned)(current_el >> 2) & 3; }

// CPACR_EL1.FPEN: nothing is trapped. So it is in CPTR_EL2, where that has CPACR_EL1's form.
static inline uint64_t vector_access_el1(uint64_t cpacr) { return cpacr | (uint64_t)3 << 20; }

// CPTR_EL2: by HCR_EL2.E2H it has CPACR_EL1's form, or traps by its bit TFP.
static inline uint64_t vector_access_el2(uint64_t cptr, uint64_t hcr) {
    const uint64_t e2h = (uint64_t)1 << 34, tfp = (uint64_t)1 << 10;
    return hcr & e2h ? vector_access_el1(cptr) : cptr & ~tfp;
}

#endif
