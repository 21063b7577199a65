#if defined(__aarch64__)

#include "vector_access.h"
#include "vectors.h"

// UEFI 2.10, 2.3.6: the firmware has floating point and vectors enabled.
const struct products *vectors_best_products(void) {
    uint64_t isar0, isar1;
    __asm__("mrs %0, id_aa64isar0_el1" : "=r"(isar0));
    __asm__("mrs %0, id_aa64isar1_el1" : "=r"(isar1));
    if (!vector_access_dot_products(isar0)) return &products_neon;
    return vector_access_matrix_products(isar1) ? &products_i8mm : &products_dotprod;
}

// On the first processor this changes nothing.
void vectors_enable(void) {
    uint64_t level, hcr, access;
    __asm__ volatile("mrs %0, CurrentEL" : "=r"(level));
    if (vector_access_level(level) == 2) {
        __asm__ volatile("mrs %0, hcr_el2" : "=r"(hcr));
        __asm__ volatile("mrs %0, cptr_el2" : "=r"(access));
        __asm__ volatile("msr cptr_el2, %0\n\tisb" : : "r"(vector_access_el2(access, hcr)) : "memory");
    } else if (vector_access_level(level) == 1) {
        __asm__ volatile("mrs %0, cpacr_el1" : "=r"(access));
        __asm__ volatile("msr cpacr_el1, %0\n\tisb" : : "r"(vector_access_el1(access)) : "memory");
    }
}

#endif
