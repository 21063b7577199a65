#ifndef PRODUCT_H
#define PRODUCT_H

#include "real.h"
#include <stddef.h>

/* A matrix in memory: element (i, j) is data[i * row + j * column]. Swapping the two transposes it. */
struct matrix {
    real *data;
    ptrdiff_t row;
    ptrdiff_t column;
};

static inline struct matrix rows_of(const real *data, ptrdiff_t width) {
    return (struct matrix){(real *)data, width, 1};
}

static inline struct matrix transposed(struct matrix m) { return (struct matrix){m.data, m.column, m.row}; }

enum onto { REPLACE, ADD };

/* Finds out which processor this is; before it, and where there is nothing better, vectors serve. */
void prepare_products(void);

/*
 * c = a b, or c += a b, where a has `rows` rows and `depth` columns, and b has `columns` columns.
 * c.column is 1; of a, either row or column is.
 */
void multiply(int rows, int columns, int depth, struct matrix a, struct matrix b, struct matrix c,
              enum onto onto);

#endif
