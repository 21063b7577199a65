// The functions of <math.h> that a transformer needs, to within about one unit in the last place of a
// float (test/guest/efi/math.test.ts measures them against the C library's).
#ifndef ZOSIA_FLOAT_MATH_H
#define ZOSIA_FLOAT_MATH_H

#include <stddef.h>

float float_sqrt(float x);
float float_exp(float x);
// For arguments up to 2^20, beyond any position in a context.
float float_sin(float x);
float float_cos(float x);
// For a base above zero.
float float_pow(float base, float exponent);

// Replaces every x by exp(x - shift).
void float_exp_all(float *values, size_t count, float shift);
// Replaces every gate by gate · sigmoid(gate) · up: the gated unit of the feed-forward layers (SwiGLU).
void float_swiglu(float *gates, const float *ups, size_t count);
// Replaces every gate by GELU(gate) · up, in the form with a hyperbolic tangent (GeGLU).
void float_geglu(float *gates, const float *ups, size_t count);

#endif
