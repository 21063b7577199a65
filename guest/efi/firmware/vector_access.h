// Which vector instructions a processor for aarch64 has, and whether it may touch its vector registers: the
// values of the registers that say so, apart from reading and writing them. The firmware lets the first
// processor (UEFI 2.10, 2.3.6); nobody promises that for the others.
#ifndef ZOSIA_VECTOR_ACCESS_H
#define ZOSIA_VECTOR_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

// Arm ARM, D19.2: ID_AA64ISAR0_EL1.DP tells of dot products, ID_AA64ISAR1_EL1.I8MM of products of matrices.
static inline bool vector_access_dot_products(uint64_t isar0) { return (isar0 >> 44 & 15) != 0; }
static inline bool vector_access_matrix_products(uint64_t isar1) { return (isar1 >> 52 & 15) != 0; }

// CurrentEL.
static inline unsigned vector_access_level(uint64_t current_el) { return (unsigned)(current_el >> 2) & 3; }

// CPACR_EL1.FPEN: nothing is trapped. So it is in CPTR_EL2, where that has CPACR_EL1's form.
static inline uint64_t vector_access_el1(uint64_t cpacr) { return cpacr | (uint64_t)3 << 20; }

// CPTR_EL2: by HCR_EL2.E2H it has CPACR_EL1's form, or traps by its bit TFP.
static inline uint64_t vector_access_el2(uint64_t cptr, uint64_t hcr) {
    const uint64_t e2h = (uint64_t)1 << 34, tfp = (uint64_t)1 << 10;
    return hcr & e2h ? vector_access_el1(cptr) : cptr & ~tfp;
}

#endif
