// The linear layers: matrices times vectors, on all processors.
#ifndef ZOSIA_LINEAR_H
#define ZOSIA_LINEAR_H

#include "engine/base/team.h"
#include "engine/products/products.h"

struct product {
    const struct matrix *matrix;
    float *out; // a value for each row, one vector's behind the other's
};

// All products of the same vectors, which share their processors as one piece of work. The matrices have the
// vectors' number of columns.
void linear(const struct products *products, struct team *team, struct vectors *vectors,
            const struct product *list, unsigned count);

#endif
