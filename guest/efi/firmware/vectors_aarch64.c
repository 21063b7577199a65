#if defined(__aarch64__)

#include "vectors.h"

// UEFI 2.10, 2.3.6: the firmware has floating point and vectors enabled.
const struct products *vectors_best_products(void) { return &products_neon; }

void vectors_enable(void) {}

#endif
