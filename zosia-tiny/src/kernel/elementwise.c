#include "elementwise.h"

/* llama2.c, run.c: what is added to the mean square. */
#define NORM_EPSILON ((real)1e-5)

/* llama2.c, run.c: the base of the rotary embedding's frequencies. */
#define ROPE_BASE 10000.0

void norm(int rows, int dim, const real *x, const real *gain, real *y, real *reciprocals) {
    for (int i = 0; i < rows; i++, x += dim, y += dim) {
        real squares = 0;
        for (int j = 0; j < dim; j++) squares += x[j] * x[j];
        real reciprocal = 1 / (real)sqrt(squares / dim + NORM_EPSILON);
        reciprocals[i] = reciprocal;
        for (int j = 0; j < dim; j++) y[j] = x[j] * reciprocal * gain[j];
    }
}

void norm_backward(int rows, int dim, const real *x, const real *gain, const real *reciprocals,
                   const real *dy, real *dx, real *dgain) {
    for (int i = 0; i < rows; i++, x += dim, dy += dim, dx += dim) {
        real r = reciprocals[i], along = 0;
        for (int j = 0; j < dim; j++) along += gain[j] * dy[j] * x[j];
        real back = along * r * r * r / dim;
        for (int j = 0; j < dim; j++) {
            dgain[j] += dy[j] * x[j] * r;
            dx[j] += gain[j] * dy[j] * r - x[j] * back;
        }
    }
}

void swiglu(size_t count, const real *gate, const real *up, real *y) {
    for (size_t i = 0; i < count; i++) y[i] = gate[i] / (1 + exponential(-gate[i])) * up[i];
}

void swiglu_backward(size_t count, real *gate, real *up, const real *dy) {
    for (size_t i = 0; i < count; i++) {
        real sigmoid = 1 / (1 + exponential(-gate[i]));
        real silu = gate[i] * sigmoid;
        gate[i] = dy[i] * up[i] * (sigmoid + silu * (1 - sigmoid));
        up[i] = dy[i] * silu;
    }
}

void rotation_tables(const struct shape *shape, real *cosines, real *sines) {
    int width = head_width(shape), pairs = width / 2;
    for (int position = 0; position < shape->context; position++) {
        for (int j = 0; j < pairs; j++) {
            double angle = position / pow(ROPE_BASE, 2.0 * j / width);
            cosines[position * pairs + j] = (real)cos(angle);
            sines[position * pairs + j] = (real)sin(angle);
        }
    }
}

void rotate(int rows, int width, int head_width, const int *positions, const real *cosines,
            const real *sines, real direction, real *x) {
    int pairs = head_width / 2;
    for (int i = 0; i < rows; i++) {
        const real *cosine = cosines + (size_t)positions[i] * pairs;
        const real *sine = sines + (size_t)positions[i] * pairs;
        for (int head = 0; head < width / head_width; head++, x += head_width) {
            for (int j = 0; j < pairs; j++) {
                real first = x[2 * j], second = x[2 * j + 1], s = direction * sine[j];
                x[2 * j] = first * cosine[j] - second * s;
                x[2 * j + 1] = first * s + second * cosine[j];
            }
        }
    }
}

double cross_entropy(int rows, int vocabulary, real *logits, const int *targets, const float *weights) {
    double loss = 0;
    for (int i = 0; i < rows; i++, logits += vocabulary) {
        real largest = logits[0], sum = 0, wanted = logits[targets[i]];
        for (int j = 1; j < vocabulary; j++) largest = logits[j] > largest ? logits[j] : largest;
        for (int j = 0; j < vocabulary; j++) {
            logits[j] = exponential(logits[j] - largest);
            sum += logits[j];
        }
        real scale = (real)weights[i] / sum;
        for (int j = 0; j < vocabulary; j++) logits[j] *= scale;
        logits[targets[i]] -= (real)weights[i];
        loss += weights[i] * (log((double)sum) + largest - wanted);
    }
    return loss;
}
