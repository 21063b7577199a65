// Multiplies matrices of every type with vectors, by every instruction set that the host has, and compares with
// sums of doubles. Prints lines "SET TYPE ERROR SAME": the largest error as a part of what sums of floats may
// be off, and whether rows have the same value however they are shared out, and nothing else was written.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/products/forms.h"
#include "engine/tensors/blocks.h"
#include "engine/tensors/codes.h"
#include "engine/tensors/half.h"
#include "instruction_sets.h"
#include "random.h"
#include "rows.h"

const char *__asan_default_options(void) { return "detect_leaks=0"; }

#if defined(__x86_64__)
extern const struct products products_emulated_vnni; // emulated/products_avx2.c
#endif

enum pattern { RANDOM, TINY, ONES, ZEROS, ZERO_SCALES, LOWEST, PATTERNS };

// Where a block's two scales are; -1 for none.
static const int16_t SCALES[TENSOR_KINDS][2] = {
    [KIND_F32] = {-1, -1},          [KIND_F16] = {-1, -1},          [KIND_BF16] = {-1, -1},
    [KIND_MXFP4] = {-1, -1},        [KIND_Q8_0] = {Q8_0_D, -1},     [KIND_Q4_0] = {Q4_0_D, -1},
    [KIND_Q5_0] = {Q5_0_D, -1},     [KIND_IQ4_NL] = {Q4_0_D, -1},   [KIND_Q4_1] = {Q4_1_D, Q4_1_M},
    [KIND_Q5_1] = {Q5_1_D, Q5_1_M}, [KIND_Q2_K] = {Q2_K_D, Q2_K_M}, [KIND_Q3_K] = {Q3_K_D, -1},
    [KIND_Q4_K] = {Q4_K_D, Q4_K_M}, [KIND_Q5_K] = {Q5_K_D, Q5_K_M}, [KIND_Q6_K] = {Q6_K_D, -1},
};

static bool has_scale(enum tensor_kind kind, int which) { return SCALES[kind][which] >= 0; }
static size_t scale_at(enum tensor_kind kind, int which) { return (size_t)SCALES[kind][which]; }

static void put_half(uint8_t *to, float x) {
    uint16_t half = half_of_float(x);
    memcpy(to, &half, sizeof half);
}

static void fill_numbers(const struct tensor_type *type, uint8_t *to, enum pattern pattern) {
    float x = pattern == ZEROS || pattern == ZERO_SCALES ? 0 : pattern == ONES ? 1 : random_float();
    if (pattern == TINY) x *= 0x1p-15f;
    uint16_t half = type->kind == KIND_F16 ? half_of_float(x) : bfloat_of_float(x);
    if (type->kind == KIND_F32) memcpy(to, &x, sizeof x);
    else memcpy(to, &half, sizeof half);
}

static void fill_block(const struct tensor_type *type, uint8_t *to, enum pattern pattern) {
    if (type->block == 1) {
        fill_numbers(type, to, pattern);
        return;
    }
    for (size_t i = 0; i < type->block_bytes; i++) {
        to[i] = (uint8_t)(pattern == ONES     ? 255
                          : pattern == ZEROS  ? 0
                          : pattern == LOWEST ? 128
                                              : random_bits());
    }
    for (int which = 0; which < 2; which++) {
        if (!has_scale(type->kind, which)) continue;
        float scale = pattern == TINY          ? (float)(1 + random_bits() % 900) * 0x1p-24f
                      : pattern == ZERO_SCALES ? 0
                                               : random_float();
        put_half(to + scale_at(type->kind, which), scale);
    }
    if (type->kind == KIND_MXFP4)
        to[MXFP4_E] = (uint8_t)(pattern == TINY ? random_bits() % 3 : 120 + random_bits() % 9);
}

// The largest that the parts can be which an element of a block is summed from.
static double largest_part(const struct tensor_type *type, const uint8_t *block) {
    static const double codes[TENSOR_KINDS] = {
        [KIND_Q8_0] = 128,     [KIND_Q4_0] = 8,       [KIND_Q4_1] = 15,       [KIND_Q5_0] = 16,
        [KIND_Q5_1] = 31,      [KIND_IQ4_NL] = 127,   [KIND_Q2_K] = 45,       [KIND_Q3_K] = 32 * 8,
        [KIND_Q4_K] = 63 * 15, [KIND_Q5_K] = 63 * 31, [KIND_Q6_K] = 128 * 64,
    };
    if (type->kind == KIND_MXFP4) return 12 * (double)mxfp4_scale(block[MXFP4_E]);
    double part = codes[type->kind] * fabs((double)load_half(block + scale_at(type->kind, 0)));
    if (!has_scale(type->kind, 1)) return part;
    double minimum = fabs((double)load_half(block + scale_at(type->kind, 1)));
    return part + (type->block == SUPER ? 63 : 1) * minimum;
}

// What a vector's element is in the form of the matrix.
static double formed(const struct vectors *v, const struct matrix *m, size_t at) {
    switch (m->type->form) {
    case FORM_FLOATS: return (double)v->floats[at];
    case FORM_HALVES:
    case FORM_BFLOATS: return (double)v->rounded[at];
    case FORM_BYTES_32: return v->bytes[at] * (double)v->scales[at / 32];
    case FORM_BYTES_256: return v->bytes[at] * (double)v->scales[at / 256];
    case FORM_GROUPED: return v->bytes[at] * (double)v->scales[at / m->group];
    }
    return NAN;
}

// Row r times vector p, and how far a sum of floats may be from it.
static double right_product(const struct matrix *m, const struct vectors *v, size_t r, size_t p,
                            double *off) {
    const struct tensor_type *type = m->type;
    double sum = 0, sizes = 0;
    size_t block = m->group > 0 ? m->group : type->block, blocks = m->columns / block;
    float *row = malloc(block * sizeof *row);
    for (size_t b = 0; b < blocks; b++) {
        const uint8_t *from = m->data + r * m->row_bytes + b * type->block_bytes;
        double minimum = 0;
        if (m->group == 0) type->to_floats(row, from, 1);
        for (size_t i = 0; i < m->group; i++) {
            row[i] = (float)(int8_t)m->data[r * m->columns + b * block + i] * m->scales[r * blocks + b];
        }
        // The sum of a vector's run has been rounded to a half of its own.
        if (type->kind == KIND_Q4_1 || type->kind == KIND_Q5_1) {
            minimum = (double)load_half(from + scale_at(type->kind, 1));
            sum += minimum * (double)v->scaled_sums[p * blocks + b];
            sizes += fabs(minimum * (double)v->scaled_sums[p * blocks + b]);
        }
        double part = type->block > 1 ? largest_part(type, from) : 0;
        for (size_t i = 0; i < block; i++) {
            double x = formed(v, m, p * m->columns + b * block + i);
            sum += ((double)row[i] - minimum) * x;
            sizes += (type->block > 1 ? part : fabs((double)row[i])) * fabs(x);
        }
    }
    free(row);
    *off = (2 * (double)blocks + 16) * (0x1p-24 * sizes + 0x1p-130);
    return sum;
}

struct result {
    double error;
    bool same;
};

enum { VECTORS_MAX = 16 };

static const float UNTOUCHED = 12345.678f;

static float *empty(size_t count) {
    float *out = malloc(count * sizeof *out);
    for (size_t i = 0; i < count; i++) out[i] = UNTOUCHED;
    return out;
}

// All rows at once, and in three parts: nothing outside of them may be written.
static void compare_splits(multiply_rows *multiply, const struct matrix *m, const struct vectors *v,
                           const float *whole, struct result *result) {
    size_t ends[] = {0, m->rows / 3, m->rows - 1, m->rows}, stride = m->rows + 2;
    float *parts = empty(stride * v->count);
    for (int i = 0; i < 3; i++) {
        multiply(parts, stride, m, ends[i], ends[i + 1], v);
        for (size_t p = 0; p < v->count; p++) {
            for (size_t r = ends[i + 1]; r < stride; r++) {
                if (parts[p * stride + r] != UNTOUCHED) result->same = false;
            }
        }
    }
    if (memcmp(parts, whole, stride * v->count * sizeof *parts) != 0) result->same = false;
    free(parts);
}

// Their first vectors' products.
static float *multiply_first(const struct products *products, const struct matrix *m, struct vectors *v,
                             size_t count) {
    size_t stride = m->rows + 2;
    float *out = empty(stride * count);
    v->count = count;
    vectors_form(v, m, products->lanes, 0, count);
    products->multiply[m->type->kind](out, stride, m, 0, m->rows, v);
    return out;
}

static void check(const struct products *products, const struct matrix *m, const struct vectors *all,
                  size_t count, struct result *result) {
    struct vectors v = *all;
    multiply_rows *multiply = products->multiply[m->type->kind];
    size_t stride = m->rows + 2;
    float *two = multiply_first(products, m, &v, 2);
    float *out = multiply_first(products, m, &v, count);
    for (size_t r = 0; r < m->rows; r++) {
        for (size_t p = 0; p < count; p++) {
            double off, right = right_product(m, &v, r, p, &off);
            double error = fabs((double)out[p * stride + r] - right) / off;
            if (!(error <= result->error)) result->error = error;
        }
    }
    compare_splits(multiply, m, &v, out, result);
    // A vector has the same products whatever other ones there are, if there are any.
    if (count > 1 && memcmp(two, out, stride * sizeof *two) != 0) result->same = false;
    free(two);
    free(out);
}

// Random ones; one that is as large as can be, with signs in turns and without; one spike; one of zeros.
static struct vectors make_vectors(size_t columns, size_t group) {
    struct arena arena = {0};
    vectors_take(&arena, VECTORS_MAX, columns, group);
    arena = (struct arena){.base = aligned_alloc(ARENA_ALIGNMENT, arena.used)};
    struct vectors v = vectors_take(&arena, VECTORS_MAX, columns, group);
    for (size_t i = 0; i < columns * VECTORS_MAX; i++) v.floats[i] = random_float() * 3;
    for (size_t c = 0; c < columns; c++) {
        v.floats[columns + c] = -2;
        v.floats[2 * columns + c] = c % 2 == 0 ? 5 : -5;
        v.floats[3 * columns + c] = c == columns / 2 ? -70 : 0.001f;
        v.floats[5 * columns + c] = 0;
    }
    return v;
}

static struct matrix make_matrix(const struct tensor_type *type, size_t rows, size_t columns,
                                 enum pattern pattern) {
    struct matrix m = {.type = type, .rows = rows, .columns = columns};
    m.row_bytes = columns / type->block * type->block_bytes;
    uint8_t *data = malloc(rows * m.row_bytes);
    for (size_t at = 0; at < rows * m.row_bytes; at += type->block_bytes)
        fill_block(type, data + at, pattern);
    m.data = data;
    return m;
}

static struct matrix make_grouped(size_t rows, size_t columns, size_t group) {
    struct matrix m = {
        .type = tensor_type_of(KIND_GROUPED), .rows = rows, .columns = columns, .group = group};
    uint8_t *data = malloc(rows * columns);
    float *scales = malloc(rows * (columns / group) * sizeof *scales);
    for (size_t i = 0; i < rows * columns; i++) data[i] = (uint8_t)((int)(random_bits() % 255) - 127);
    for (size_t i = 0; i < rows * (columns / group); i++) scales[i] = random_float();
    m.row_bytes = columns;
    m.data = data;
    m.scales = scales;
    return m;
}

static void free_matrix(struct matrix *m) {
    free((void *)(uintptr_t)m->data);
    free((void *)(uintptr_t)m->scales);
}

static void check_matrix(const struct products *products, struct matrix m, struct result *result) {
    struct vectors v = make_vectors(m.columns, m.group > 0 ? m.group : 32);
    for (size_t count = 1; count <= VECTORS_MAX; count += count == 5 || count == 13 ? 4 : 1) {
        check(products, &m, &v, count, result);
    }
    free(v.floats);
    free_matrix(&m);
}

int main(void) {
    struct instruction_set sets[INSTRUCTION_SETS_MAX];
    unsigned count = instruction_sets(sets);
#if defined(__x86_64__)
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    sets[count++] = (struct instruction_set){"emulated-vnni", &products_emulated_vnni, avx2};
#endif
    for (unsigned s = 0; s < count; s++) {
        if (!sets[s].is_there) {
            printf("%s missing\n", sets[s].name);
            continue;
        }
        check_all_rows(&sets[s]);
        for (int kind = 0; kind < TENSOR_KINDS; kind++) {
            const struct tensor_type *type = tensor_type_of((enum tensor_kind)kind);
            struct result result = {0, true};
            size_t least = type->block == 1 ? 37 : type->block;
            if (kind == KIND_GROUPED) {
                check_matrix(sets[s].products, make_grouped(7, 160, 32), &result);
                check_matrix(sets[s].products, make_grouped(3, 60, 20), &result);
            } else {
                for (int pattern = 0; pattern < PATTERNS; pattern++) {
                    check_matrix(sets[s].products, make_matrix(type, 7, least, (enum pattern)pattern),
                                 &result);
                }
                check_matrix(sets[s].products, make_matrix(type, 37, 3 * least, RANDOM), &result);
            }
            printf("%s %s %.4f %d\n", sets[s].name, type->name, result.error, result.same);
        }
    }
    return 0;
}
