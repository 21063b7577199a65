#include "products_plain.h"

static void dot_rows(float *out, const float *rows, size_t stride, const float *x, size_t columns,
                     size_t count) {
    for (size_t r = 0; r < count; r++) {
        const float *row = rows + r * stride;
        float sum = 0;
        for (size_t c = 0; c < columns; c++) sum += row[c] * x[c];
        out[r] = sum;
    }
}

static void mix_rows(float *restrict out, const float *restrict rows, size_t stride, const float *weights,
                     size_t columns, size_t count) {
    for (size_t c = 0; c < columns; c++) out[c] = 0;
    for (size_t r = 0; r < count; r++) {
        const float *row = rows + r * stride;
        float weight = weights[r];
        for (size_t c = 0; c < columns; c++) out[c] += weight * row[c];
    }
}

static void dot_byte_rows(float *out, const int8_t *rows, const float *scales, const int8_t *x,
                          const float *x_scales, size_t group, size_t columns, size_t count) {
    size_t groups = columns / group;
    for (size_t r = 0; r < count; r++) {
        float total = 0;
        for (size_t g = 0; g < groups; g++) {
            const int8_t *a = rows + r * columns + g * group, *b = x + g * group;
            int32_t sum = 0;
            for (size_t i = 0; i < group; i++) sum += a[i] * b[i];
            float scale;
            __builtin_memcpy(&scale, scales + r * groups + g, sizeof scale);
            total += (float)sum * scale * x_scales[g];
        }
        out[r] = total;
    }
}

const struct products products_plain = {
    "plain C",
    dot_rows,
    mix_rows,
    dot_byte_rows,
};
