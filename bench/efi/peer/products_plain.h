// The products as plain loops, for the compiler to make vector code of.
#ifndef ZOSIA_PRODUCTS_PLAIN_H
#define ZOSIA_PRODUCTS_PLAIN_H

#include "model/products.h"

extern const struct products products_plain;

#endif
