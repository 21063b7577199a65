#include "attention.h"
#include "product.h"

static int least(int a, int b) { return a < b ? a : b; }

/* Softmax of scores * scale over the keys up to each query; zero for the block's later keys. */
static void causal_softmax(int first, int end, int stride, real scale, real *scores) {
    for (int query = first; query < end; query++, scores += stride) {
        real largest = scores[0], sum = 0;
        for (int key = 1; key <= query; key++) largest = scores[key] > largest ? scores[key] : largest;
        for (int key = 0; key <= query; key++) {
            scores[key] = exponential((scores[key] - largest) * scale);
            sum += scores[key];
        }
        real share = 1 / sum;
        for (int key = 0; key <= query; key++) scores[key] *= share;
        for (int key = query + 1; key < end; key++) scores[key] = 0;
    }
}

void attend(const struct attention *a, real *out) {
    const struct shape *s = a->shape;
    int length = a->length, dim = s->dim, width = head_width(s), kv = kv_width(s);
    real scale = 1 / (real)sqrt(width);
    for (int head = 0; head < s->heads; head++) {
        int column = head * width, shared = head / (s->heads / s->kv_heads) * width;
        for (int first = 0; first < length; first += QUERY_BLOCK) {
            int end = least(first + QUERY_BLOCK, length), rows = end - first;
            real *p = a->probabilities + ((size_t)head * length + first) * length;
            multiply(rows, end, width, rows_of(a->q + (size_t)first * dim + column, dim),
                     transposed(rows_of(a->k + shared, kv)), rows_of(p, length), REPLACE);
            causal_softmax(first, end, length, scale, p);
            multiply(rows, width, end, rows_of(p, length), rows_of(a->v + shared, kv),
                     rows_of(out + (size_t)first * dim + column, dim), REPLACE);
        }
    }
}

/* From the gradient of probabilities to that of scores, in place. */
static void softmax_backward(int rows, int columns, int stride, real scale, const real *p, real *d) {
    for (int i = 0; i < rows; i++, p += stride, d += stride) {
        real along = 0;
        for (int j = 0; j < columns; j++) along += p[j] * d[j];
        for (int j = 0; j < columns; j++) d[j] = p[j] * (d[j] - along) * scale;
    }
}

void attend_backward(const struct attention *a, const struct attention_gradient *g) {
    const struct shape *s = a->shape;
    int length = a->length, dim = s->dim, width = head_width(s), kv = kv_width(s);
    real scale = 1 / (real)sqrt(width);
    for (int head = 0; head < s->heads; head++) {
        int column = head * width, shared = head / (s->heads / s->kv_heads) * width;
        for (int first = 0; first < length; first += QUERY_BLOCK) {
            int end = least(first + QUERY_BLOCK, length), rows = end - first;
            const real *p = a->probabilities + ((size_t)head * length + first) * length;
            struct matrix probabilities = rows_of(p, length), d = rows_of(g->scratch, length);
            struct matrix out = rows_of(g->out + (size_t)first * dim + column, dim);
            struct matrix q = rows_of(a->q + (size_t)first * dim + column, dim);
            multiply(end, width, rows, transposed(probabilities), out, rows_of(g->v + shared, kv), ADD);
            multiply(rows, end, width, out, transposed(rows_of(a->v + shared, kv)), d, REPLACE);
            softmax_backward(rows, end, length, scale, p, g->scratch);
            multiply(rows, width, end, d, rows_of(a->k + shared, kv),
                     rows_of(g->q + (size_t)first * dim + column, dim), ADD);
            multiply(end, width, rows, transposed(d), q, rows_of(g->k + shared, kv), ADD);
        }
    }
}
