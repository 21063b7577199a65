#ifndef REAL_H
#define REAL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* float to train; double for the gradient check, whose differences drown in float's rounding. */
#ifdef DOUBLE
typedef double real;
#else
typedef float real;
#endif

/*
 * e to the power of x, without a call, so that loops over it are vectorised: 2^n times a polynomial
 * (Taylor, degree 6) on [-ln 2 / 2, ln 2 / 2]. Relative error in float about 2e-7.
 */
static inline real exponential(real x) {
    if (sizeof(real) != sizeof(float)) return (real)exp((double)x);
    float clamped = (float)x < -87.0f ? -87.0f : (float)x > 87.0f ? 87.0f : (float)x;
    float n = rintf(clamped * 1.44269504f);
    float r = clamped - n * 0.693359375f + n * 2.12194440e-4f; /* ln 2 in two parts */
    float p = 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    int32_t bits = ((int32_t)n + 127) * (1 << 23);
    float power;
    memcpy(&power, &bits, sizeof power);
    return (real)(p * power);
}

#endif
