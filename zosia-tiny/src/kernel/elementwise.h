#ifndef ELEMENTWISE_H
#define ELEMENTWISE_H

#include "real.h"
#include "shape.h"

/* y = x / rms(x) * gain for each row (RMSNorm); keeps the reciprocals of the rms. */
void norm(int rows, int dim, const real *x, const real *gain, real *y, real *reciprocals);

/* Adds to dx and dgain what dy, the gradient of norm's y, makes of them. */
void norm_backward(int rows, int dim, const real *x, const real *gain, const real *reciprocals,
                   const real *dy, real *dx, real *dgain);

/* y = silu(gate) * up (SwiGLU). */
void swiglu(size_t count, const real *gate, const real *up, real *y);

/* Replaces gate and up by their gradients. */
void swiglu_backward(size_t count, real *gate, real *up, const real *dy);

/* Cosines and sines of the rotary embedding: for each position, one of each per pair of a head. */
void rotation_tables(const struct shape *shape, real *cosines, real *sines);

/*
 * Turns neighbouring pairs of every head (RoPE) by the angle of the row's position; by the opposite
 * angle where direction is -1, which takes a gradient back.
 */
void rotate(int rows, int width, int head_width, const int *positions, const real *cosines,
            const real *sines, real direction, real *x);

/*
 * Softmax and cross entropy. Replaces each row of logits by its gradient, the row's weight included,
 * and returns the weighted sum of the losses.
 */
double cross_entropy(int rows, int vocabulary, real *logits, const int *targets, const float *weights);

#endif
