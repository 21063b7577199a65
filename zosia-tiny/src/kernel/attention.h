#ifndef ATTENTION_H
#define ATTENTION_H

#include "real.h"
#include "shape.h"

/* One document's rows of a layer: queries, keys and values, already rotated. */
struct attention {
    const struct shape *shape;
    int length;
    const real *q, *k, *v;
    /* heads * length * length of them, zero where a key comes after the query within a block. */
    real *probabilities;
};

/* What each position takes from those before it and from itself. */
void attend(const struct attention *a, real *out);

struct attention_gradient {
    const real *out;
    real *q, *k, *v; /* of k and v the sums over heads; all must be zero before */
    real *scratch; /* QUERY_BLOCK * length */
};

void attend_backward(const struct attention *a, const struct attention_gradient *gradient);

/* Queries are taken this many at a time, so that keys after them all are left out. */
enum { QUERY_BLOCK = 64 };

#endif
