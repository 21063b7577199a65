// Products of matrices and vectors, the work that nearly all of the time goes to, in one implementation
// for each instruction set. Which row is computed on which processor does not change its value.
#ifndef ZOSIA_PRODUCTS_H
#define ZOSIA_PRODUCTS_H

#include "engine/products/vectors.h"

// out[p · out_stride + r] = row r of the matrix · vector p, for `begin` <= r < `end` and all of the vectors,
// which have the form of the matrix' type, in tiles of `lanes` if there are several.
typedef void multiply_rows(float *out, size_t out_stride, const struct matrix *matrix, size_t begin,
                           size_t end, const struct vectors *vectors);

struct products {
    const char *name;
    unsigned lanes; // vectors in a tile; 1 for no tiles

    // out[r] = Σ rows[r · stride + c] · x[c] over c < columns, for r < count.
    void (*dot_rows)(float *out, const float *rows, size_t stride, const float *x, size_t columns,
                     size_t count);

    // out[c] = Σ weights[r] · rows[r · stride + c] over r < count, for c < columns.
    void (*mix_rows)(float *out, const float *rows, size_t stride, const float *weights, size_t columns,
                     size_t count);

    // The same, of rows in F16.
    void (*dot_half_rows)(float *out, const uint16_t *rows, size_t stride, const float *x, size_t columns,
                          size_t count);
    void (*mix_half_rows)(float *out, const uint16_t *rows, size_t stride, const float *weights,
                          size_t columns, size_t count);

    multiply_rows *multiply[TENSOR_KINDS];
};

#if defined(__x86_64__)
extern const struct products products_sse2;
extern const struct products products_ssse3;
extern const struct products products_avx2; // with FMA and F16C
extern const struct products products_avxvnni;
extern const struct products products_avx512vnni; // with vectors of 256 bits
#else
extern const struct products products_neon;
extern const struct products products_dotprod;
extern const struct products products_i8mm; // with dot products
#endif

#endif
