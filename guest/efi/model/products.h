// Products of matrices and vectors, the work that nearly all of the time goes to, in one implementation
// for each instruction set. Which row is computed on which processor does not change its value.
#ifndef ZOSIA_PRODUCTS_H
#define ZOSIA_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

struct products {
    const char *name;

    // out[r] = Σ rows[r · stride + c] · x[c] over c < columns, for r < count.
    void (*dot_rows)(float *out, const float *rows, size_t stride, const float *x, size_t columns,
                     size_t count);

    // out[c] = Σ weights[r] · rows[r · stride + c] over r < count, for c < columns.
    void (*mix_rows)(float *out, const float *rows, size_t stride, const float *weights, size_t columns,
                     size_t count);

    // As dot_rows, of int8: each run of `group` values, in the rows and in x, shares a scale. The sums
    // within a group are exact, which a group below 2^16 guarantees. `scales` need not be aligned.
    void (*dot_byte_rows)(float *out, const int8_t *rows, const float *scales, const int8_t *x,
                          const float *x_scales, size_t group, size_t columns, size_t count);
};

#if defined(__x86_64__)
extern const struct products products_sse2;
extern const struct products products_avx2; // with FMA
#else
extern const struct products products_neon;
#endif

#endif
