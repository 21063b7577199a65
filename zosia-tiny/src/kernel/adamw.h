#ifndef ADAMW_H
#define ADAMW_H

#include "real.h"
#include "shape.h"

struct adamw {
    float rate, beta1, beta2, epsilon, decay;
    /* The gradient's norm is clipped to this. */
    float clip;
    /* Of this update, from 1. */
    int step;
};

/*
 * One update of AdamW (Loshchilov and Hutter 2019). Matrices decay, norm gains do not. Returns the
 * norm of the gradient before it was clipped.
 */
double adamw_update(const struct adamw *settings, const struct layout *layout, real *parameters,
                    const real *gradient, real *mean, real *square);

#endif
