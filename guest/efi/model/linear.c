#include "linear.h"

struct work {
    const struct transformer *transformer;
    const struct activation *vector;
    const struct product *products;
    unsigned count;
};

static void multiply(const struct work *work, const struct product *product, size_t begin, size_t end) {
    const struct transformer *t = work->transformer;
    const struct matrix *m = &product->matrix;
    float *out = product->out + begin;
    if (m->floats != NULL) {
        t->products->dot_rows(out, m->floats + begin * m->columns, m->columns, work->vector->floats,
                              m->columns, end - begin);
        return;
    }
    size_t group = t->checkpoint->group_size;
    t->products->dot_byte_rows(out, m->bytes + begin * m->columns, m->scales + begin * (m->columns / group),
                               work->vector->bytes, work->vector->scales, group, m->columns, end - begin);
}

// Rows are numbered through all of the products.
static void multiply_rows(void *context, size_t begin, size_t end) {
    const struct work *work = context;
    size_t first = 0;
    for (unsigned i = 0; i < work->count && first < end; i++) {
        size_t rows = work->products[i].matrix.rows, last = first + rows;
        if (begin < last) {
            size_t from = begin > first ? begin - first : 0;
            multiply(work, &work->products[i], from, (end < last ? end : last) - first);
        }
        first = last;
    }
}

void linear(struct transformer *transformer, const struct activation *vector,
            const struct product *products, unsigned count) {
    struct work work = {transformer, vector, products, count};
    size_t rows = 0;
    for (unsigned i = 0; i < count; i++) rows += products[i].matrix.rows;
    team_run(transformer->team, multiply_rows, &work, rows, 4, products[0].matrix.columns);
}

// runq.c, quantize: a group's largest magnitude becomes 127, and halves are rounded away from zero.
void linear_quantise(struct transformer *transformer, struct activation *vector, uint32_t size) {
    uint32_t group = transformer->checkpoint->group_size;
    if (group == 0) return;
    for (uint32_t start = 0; start < size; start += group) {
        const float *from = vector->floats + start;
        float largest = 0;
        for (uint32_t i = 0; i < group; i++) {
            float magnitude = __builtin_fabsf(from[i]);
            if (magnitude > largest) largest = magnitude;
        }
        float scale = largest / 127;
        float divisor = scale > 0 ? scale : 1;
        for (uint32_t i = 0; i < group; i++) {
            float value = from[i] / divisor;
            vector->bytes[start + i] = (int8_t)(value < 0 ? value - 0.5f : value + 0.5f);
        }
        vector->scales[start / group] = scale;
    }
}
