// Which vector instructions this processor has.
#ifndef ZOSIA_VECTORS_H
#define ZOSIA_VECTORS_H

#include "engine/products/products.h"

// The fastest products that this processor can compute.
const struct products *vectors_best_products(void);

// Makes the processor that calls it able to compute them. Every one that does, has to.
void vectors_enable(void);

#endif
