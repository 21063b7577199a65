// open_vectors: prints what the registers of a processor for aarch64 become that say whether vectors are
// trapped, for levels, registers and HCR_EL2 in hexadecimal: LEVEL REGISTER [HCR_EL2]. With `has`, which
// instructions it has by ID_AA64ISAR0_EL1 and ID_AA64ISAR1_EL1.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/vector_access.h"

int main(int count, char **arguments) {
    if (count < 3) return 2;
    if (strcmp(arguments[1], "has") == 0 && count == 4) {
        bool dot = vector_access_dot_products(strtoull(arguments[2], NULL, 16));
        bool matrix = vector_access_matrix_products(strtoull(arguments[3], NULL, 16));
        printf("%d %d\n", dot, matrix);
        return 0;
    }
    unsigned level = vector_access_level(strtoull(arguments[1], NULL, 16));
    uint64_t value = strtoull(arguments[2], NULL, 16);
    uint64_t hcr = count > 3 ? strtoull(arguments[3], NULL, 16) : 0;
    uint64_t becomes = level == 2 ? vector_access_el2(value, hcr) : vector_access_el1(value);
    printf("EL%u %llx\n", level, (unsigned long long)becomes);
    return 0;
}
