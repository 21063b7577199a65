// Products with rows of floats and of halves, as keys and values lie in their cache: compared with sums of
// doubles. Prints lines like those of multiply.c.
#ifndef ZOSIA_TEST_ROWS_H
#define ZOSIA_TEST_ROWS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/tensors/half.h"
#include "instruction_sets.h"
#include "random.h"

// Rows lie `stride` apart; what is between them is no number, and must not be looked at.
struct rows {
    size_t columns, stride, count;
    float *floats;
    uint16_t *halves;
    float *by_columns, *by_rows; // what they are multiplied with
};

static struct rows rows_make(size_t columns, size_t count, float size) {
    struct rows rows = {.columns = columns, .stride = columns + 3, .count = count};
    size_t all = rows.stride * (count - 1) + columns;
    rows.floats = malloc(all * sizeof *rows.floats);
    rows.halves = malloc(all * sizeof *rows.halves);
    rows.by_columns = malloc(columns * sizeof *rows.by_columns);
    rows.by_rows = malloc(count * sizeof *rows.by_rows);
    for (size_t i = 0; i < all; i++) {
        rows.halves[i] = half_of_float(random_float() * size);
        rows.floats[i] = half_to_float(rows.halves[i]);
        if (i % rows.stride < columns) continue;
        rows.floats[i] = NAN;
        rows.halves[i] = 0x7e00;
    }
    for (size_t c = 0; c < columns; c++) rows.by_columns[c] = random_float();
    for (size_t r = 0; r < count; r++) rows.by_rows[r] = random_float();
    return rows;
}

static void rows_free(struct rows *rows) {
    free(rows->floats);
    free(rows->halves);
    free(rows->by_columns);
    free(rows->by_rows);
}

static double rows_error(double is, double right, double sizes, size_t terms) {
    return fabs(is - right) / ((double)(terms + 8) * (0x1p-24 * sizes + 0x1p-140));
}

static double worst_dot(const struct rows *rows, const float *out) {
    double worst = 0;
    for (size_t r = 0; r < rows->count; r++) {
        double right = 0, sizes = 0;
        for (size_t c = 0; c < rows->columns; c++) {
            double term = (double)rows->floats[r * rows->stride + c] * (double)rows->by_columns[c];
            right += term;
            sizes += fabs(term);
        }
        worst = fmax(worst, rows_error((double)out[r], right, sizes, rows->columns));
    }
    return worst;
}

static double worst_mix(const struct rows *rows, const float *out) {
    double worst = 0;
    for (size_t c = 0; c < rows->columns; c++) {
        double right = 0, sizes = 0;
        for (size_t r = 0; r < rows->count; r++) {
            double term = (double)rows->floats[r * rows->stride + c] * (double)rows->by_rows[r];
            right += term;
            sizes += fabs(term);
        }
        worst = fmax(worst, rows_error((double)out[c], right, sizes, rows->count));
    }
    return worst;
}

static void check_rows(const struct products *p, const struct rows *rows, double worst[4]) {
    size_t columns = rows->columns, count = rows->count;
    float *dots = malloc(count * sizeof *dots), *mixed = malloc(columns * sizeof *mixed);
    p->dot_rows(dots, rows->floats, rows->stride, rows->by_columns, columns, count);
    worst[0] = fmax(worst[0], worst_dot(rows, dots));
    p->dot_half_rows(dots, rows->halves, rows->stride, rows->by_columns, columns, count);
    worst[1] = fmax(worst[1], worst_dot(rows, dots));
    p->mix_rows(mixed, rows->floats, rows->stride, rows->by_rows, columns, count);
    worst[2] = fmax(worst[2], worst_mix(rows, mixed));
    p->mix_half_rows(mixed, rows->halves, rows->stride, rows->by_rows, columns, count);
    worst[3] = fmax(worst[3], worst_mix(rows, mixed));
    free(dots);
    free(mixed);
}

static void check_all_rows(const struct instruction_set *set) {
    static const size_t columns[] = {1, 7, 8, 31, 32, 33, 64, 80}, counts[] = {1, 3, 4, 5, 33};
    static const char *const names[] = {"dot_rows", "dot_half_rows", "mix_rows", "mix_half_rows"};
    double worst[4] = {0};
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
            // The second are halves below the smallest of full precision.
            for (int small = 0; small < 2; small++) {
                struct rows rows = rows_make(columns[c], counts[n], small ? 0x1p-15f : 9);
                check_rows(set->products, &rows, worst);
                rows_free(&rows);
            }
        }
    }
    for (int i = 0; i < 4; i++) printf("%s %s %.4f 1\n", set->name, names[i], worst[i]);
}

#endif
