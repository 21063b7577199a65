#ifndef PASS_H
#define PASS_H

#include "batch.h"
#include "real.h"
#include "shape.h"

/* Everything a pass over a group of documents remembers, for one thread. */
struct pass;

/* Rows that are passed through the layers together: activations of more would leave the caches. */
enum { GROUP_ROWS = 512 };

/* NULL when there is no memory. */
struct pass *make_pass(const struct shape *shape);

/*
 * The weighted loss of a batch of documents, none longer than the context. Adds the loss's gradient to
 * `gradient`, laid out as the parameters are, unless that is NULL.
 */
double run_pass(struct pass *pass, const real *parameters, const struct batch *batch, real *gradient);

#endif
