#include "product.h"

#include "product_amx.h"

/* As many rows as leave their sums in registers, two vectors each. */
#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define TILE_ROWS 12
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#define TILE_ROWS 6
#else
#define VECTOR_BYTES 16
#define TILE_ROWS 8
#endif

typedef real vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));

enum {
    LANES = VECTOR_BYTES / sizeof(real),
    TILE_COLUMNS = 2 * LANES,
    DEPTH_BLOCK = 256, /* a packed panel of b stays in the first-level cache */
};

/* Copies a panel of b so that a tile reads it front to back; what is past b's edge is zero. */
static void pack(real *restrict panel, struct matrix b, int columns, int depth) {
    for (int k = 0; k < depth; k++) {
        const real *row = b.data + k * b.row;
        real *out = panel + k * TILE_COLUMNS;
        if (b.column == 1 && columns == TILE_COLUMNS) {
            memcpy(out, row, TILE_COLUMNS * sizeof(real));
            continue;
        }
        for (int j = 0; j < TILE_COLUMNS; j++) out[j] = j < columns ? row[j * b.column] : 0;
    }
}

/* The same for a b whose columns lie in memory as rows: read along them, not across. */
static void pack_transposed(real *restrict panel, struct matrix b, int columns, int depth) {
    for (int j = 0; j < TILE_COLUMNS; j++) {
        const real *column = b.data + j * b.column;
        for (int k = 0; k < depth; k++) panel[k * TILE_COLUMNS + j] = j < columns ? column[k] : 0;
    }
}

static inline __attribute__((always_inline)) void tile(int rows, int columns, int depth, struct matrix a,
                                                       const real *panel, real *c, ptrdiff_t stride,
                                                       enum onto onto) {
    vector sums[TILE_ROWS][2] = {0};
    for (int k = 0; k < depth; k++) {
        vector left = *(const vector *)(panel + k * TILE_COLUMNS);
        vector right = *(const vector *)(panel + k * TILE_COLUMNS + LANES);
        const real *column = a.data + k * a.column;
        for (int i = 0; i < rows; i++) {
            real factor = column[i * a.row];
            sums[i][0] += factor * left;
            sums[i][1] += factor * right;
        }
    }
    for (int i = 0; i < rows; i++, c += stride) {
        if (columns == TILE_COLUMNS) {
            vector *out = (vector *)c, *more = (vector *)(c + LANES);
            if (onto == ADD) {
                sums[i][0] += *out;
                sums[i][1] += *more;
            }
            *out = sums[i][0];
            *more = sums[i][1];
            continue;
        }
        real edge[TILE_COLUMNS];
        memcpy(edge, sums[i], sizeof edge);
        for (int j = 0; j < columns; j++) c[j] = onto == ADD ? c[j] + edge[j] : edge[j];
    }
}

/* One way a's elements lie side by side; told which, the compiler loads them without arithmetic. */
static void tile_of_rows(int columns, int depth, struct matrix a, const real *panel, real *c,
                         ptrdiff_t stride, enum onto onto) {
    if (a.row == 1)
        tile(TILE_ROWS, columns, depth, (struct matrix){a.data, 1, a.column}, panel, c, stride, onto);
    else tile(TILE_ROWS, columns, depth, (struct matrix){a.data, a.row, 1}, panel, c, stride, onto);
}

static void tile_of_one(int columns, int depth, struct matrix a, const real *panel, real *c,
                        enum onto onto) {
    tile(1, columns, depth, a, panel, c, 0, onto);
}

static void multiply_vectors(int rows, int columns, int depth, struct matrix a, struct matrix b,
                             struct matrix c, enum onto onto) {
    _Alignas(64) real panel[DEPTH_BLOCK * TILE_COLUMNS];
    for (int k = 0; k < depth; k += DEPTH_BLOCK) {
        int deep = depth - k < DEPTH_BLOCK ? depth - k : DEPTH_BLOCK;
        enum onto how = k == 0 ? onto : ADD;
        for (int j = 0; j < columns; j += TILE_COLUMNS) {
            int wide = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
            struct matrix part = {b.data + k * b.row + j * b.column, b.row, b.column};
            (b.row == 1 ? pack_transposed : pack)(panel, part, wide, deep);
            int i = 0;
            struct matrix left = {a.data + k * a.column, a.row, a.column};
            real *out = c.data + j;
            for (; i + TILE_ROWS <= rows; i += TILE_ROWS) {
                tile_of_rows(wide, deep, left, panel, out, c.row, how);
                left.data += TILE_ROWS * a.row;
                out += TILE_ROWS * c.row;
            }
            for (; i < rows; i++, left.data += a.row, out += c.row)
                tile_of_one(wide, deep, left, panel, out, how);
        }
    }
}

static int has_amx;

void prepare_products(void) { has_amx = amx_is_there(); }

void multiply(int rows, int columns, int depth, struct matrix a, struct matrix b, struct matrix c,
              enum onto onto) {
    (has_amx ? multiply_amx : multiply_vectors)(rows, columns, depth, a, b, c, onto);
}
