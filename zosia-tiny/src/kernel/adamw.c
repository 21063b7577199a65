#include "adamw.h"

static void update_range(const struct adamw *a, size_t from, size_t to, real decay, real clipping,
                         real *parameters, const real *gradient, real *mean, real *square) {
    real rate1 = 1 / (real)(1 - pow(a->beta1, a->step));
    real rate2 = 1 / (real)(1 - pow(a->beta2, a->step));
    for (size_t i = from; i < to; i++) {
        real g = gradient[i] * clipping;
        mean[i] = (real)a->beta1 * mean[i] + (1 - (real)a->beta1) * g;
        square[i] = (real)a->beta2 * square[i] + (1 - (real)a->beta2) * g * g;
        real step = mean[i] * rate1 / ((real)sqrt(square[i] * rate2) + (real)a->epsilon);
        parameters[i] -= (real)a->rate * (step + decay * parameters[i]);
    }
}

double adamw_update(const struct adamw *a, const struct layout *l, real *parameters, const real *gradient,
                    real *mean, real *square) {
    double squares = 0;
    for (size_t i = 0; i < l->count; i++) squares += (double)gradient[i] * (double)gradient[i];
    double norm = sqrt(squares);
    real clipping = norm > a->clip ? (real)(a->clip / norm) : 1;

    const struct {
        size_t from, to;
        int decays;
    } ranges[] = {
        {l->embedding, l->attention_norm, 1},
        {l->attention_norm, l->wq, 0},
        {l->wq, l->ffn_norm, 1},
        {l->ffn_norm, l->w1, 0},
        {l->w1, l->final_norm, 1},
        {l->final_norm, l->count, 0},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        update_range(a, ranges[i].from, ranges[i].to, ranges[i].decays ? (real)a->decay : 0, clipping,
                     parameters, gradient, mean, square);
    return norm;
}
