#include "engine/products/forms.h"

#include "engine/products/tiles.h"
#include "engine/tensors/half.h"

struct vectors vectors_take(struct arena *arena, size_t count, size_t size, size_t group) {
    struct vectors v = {.size = size, .count = count};
    uint64_t all = (uint64_t)count * size;
    v.floats = arena_take(arena, all, sizeof(float));
    v.rounded = arena_take(arena, all, sizeof(float));
    v.bytes = arena_take(arena, all, sizeof(int8_t));
    v.scales = arena_take(arena, all / (group < RUN ? group : RUN) + 1, sizeof(float));
    v.scaled_sums = arena_take(arena, all / RUN + 1, sizeof(float));
    v.sums = arena_take(arena, all / SUM_RUN + 1, sizeof(int16_t));
    return v;
}

// To the nearest whole number, halves to even; for what is no number or too large, any. Adding 1.5 · 2^23 leaves
// the whole numbers in the lowest bits.
static int nearest(float x) { return (int)(bits_of_float(x + 0x1.8p23f) & 0x7fffff) - 0x400000; }

static int8_t within_127(int x) { return (int8_t)(x > 127 ? 127 : x < -127 ? -127 : x); }

static float largest_of(const float *from, size_t count) {
    float largest = 0;
    for (size_t i = 0; i < count; i++) {
        float size = __builtin_fabsf(from[i]);
        largest = size > largest ? size : largest;
    }
    return largest;
}

static int bytes_of(int8_t *to, const float *from, size_t count, float factor) {
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        to[i] = within_127(nearest(from[i] * factor));
        sum += to[i];
    }
    return sum;
}

static void form_runs(const struct vectors *v, size_t at) {
    const float *from = v->floats + at;
    float largest = largest_of(from, RUN), scale = largest / 127;
    int sum = bytes_of(v->bytes + at, from, RUN, largest != 0 ? 127 / largest : 0);
    v->scales[at / RUN] = half_to_float(half_of_float(scale));
    v->scaled_sums[at / RUN] = half_to_float(half_of_float(scale * (float)sum));
}

static void form_super_runs(const struct vectors *v, size_t at) {
    const float *from = v->floats + at;
    float largest = largest_of(from, SUPER_RUN), signed_largest = 0;
    for (size_t i = SUPER_RUN; i-- > 0;) {
        if (__builtin_fabsf(from[i]) == largest) signed_largest = from[i];
    }
    float factor = largest != 0 ? -127 / signed_largest : 0;
    for (size_t i = 0; i < SUPER_RUN; i += SUM_RUN) {
        int sum = bytes_of(v->bytes + at + i, from + i, SUM_RUN, factor);
        v->sums[(at + i) / SUM_RUN] = (int16_t)sum;
    }
    v->scales[at / SUPER_RUN] = factor != 0 ? 1 / factor : 0;
}

// runq.c, quantize: a group's largest magnitude becomes 127, and halves are rounded away from zero.
static void form_group(const struct vectors *v, size_t at, size_t group) {
    const float *from = v->floats + at;
    float scale = largest_of(from, group) / 127;
    float divisor = scale > 0 ? scale : 1;
    for (size_t i = 0; i < group; i++) {
        float value = from[i] / divisor;
        value = value < 0 ? value - 0.5f : value + 0.5f;
        v->bytes[at + i] = (int8_t)(value > -128 && value < 128 ? value : 0); // it may be no number
    }
    v->scales[at / group] = scale;
}

static void form(const struct vectors *v, const struct matrix *matrix, size_t begin, size_t end) {
    size_t from = begin * v->size, to = end * v->size;
    switch (matrix->type->form) {
    case FORM_FLOATS: break;
    case FORM_HALVES:
        for (size_t i = from; i < to; i++) v->rounded[i] = half_to_float(half_of_float(v->floats[i]));
        break;
    case FORM_BFLOATS:
        for (size_t i = from; i < to; i++) v->rounded[i] = bfloat_to_float(bfloat_of_float(v->floats[i]));
        break;
    case FORM_BYTES_32:
        for (size_t i = from; i < to; i += RUN) form_runs(v, i);
        break;
    case FORM_BYTES_256:
        for (size_t i = from; i < to; i += SUPER_RUN) form_super_runs(v, i);
        break;
    case FORM_GROUPED:
        for (size_t i = from; i < to; i += matrix->group) form_group(v, i, matrix->group);
        break;
    }
}

void vectors_form(const struct vectors *v, const struct matrix *matrix, size_t lanes, size_t begin,
                  size_t end) {
    enum vector_form kind = matrix->type->form;
    form(v, matrix, begin, end);
    if (v->count == 1 || lanes == 1 || (kind != FORM_BYTES_32 && kind != FORM_BYTES_256)) return;
    for (size_t at = begin; at < end; at += lanes) vectors_tile(v, kind, lanes, at / lanes);
}
