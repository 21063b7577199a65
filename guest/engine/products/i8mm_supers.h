// super_kernels.h's products, by pairs. The scales of 32 elements may differ where it `has_halves`; where it
// `is_centred`, the minimum is the scale.

ALWAYS_INLINE floats add_paired_super(floats sum, integers dot, integers minima, floats scale,
                                      floats minimum, bool is_centred) {
    if (is_centred)
        return floats_multiply_add(floats_of_integers(integers_subtract(dot, minima)), scale, sum);
    sum = floats_multiply_add(floats_of_integers(dot), scale, sum);
    return floats_multiply_add(floats_of_integers(minima), vnegq_f32(minimum), sum);
}

// 32 elements of two rows: their codes, and the scales of both halves.
struct paired_run {
    struct pair codes;
    integers scales[2];
};

ALWAYS_INLINE struct paired_run paired_run(const struct super_block block[2], int i) {
    struct paired_run run = {.codes = pair_of(block[0].codes[i], block[1].codes[i])};
    for (int half = 0; half < 2; half++) {
        int at = 2 * i + half;
        run.scales[half] = integers_of_rows(block[0].scales[at], block[1].scales[at]);
    }
    return run;
}

ALWAYS_INLINE integers add_paired_run(integers sum, const struct paired_run *run, const struct pair *x,
                                      bool has_halves) {
    integers first = add_pairs(integers_zero(), &run->codes, x, 0);
    if (!has_halves) return vmlaq_s32(sum, add_pairs(first, &run->codes, x, 1), run->scales[0]);
    sum = vmlaq_s32(sum, first, run->scales[0]);
    return vmlaq_s32(sum, add_pairs(integers_zero(), &run->codes, x, 1), run->scales[1]);
}

ALWAYS_INLINE integers paired_minima(const struct super_block block[2], const int16_t *x,
                                     const int16_t *next) {
    integers minima[4] = {
        dot_shorts(block[0].minima, x),
        dot_shorts(block[0].minima, next),
        dot_shorts(block[1].minima, x),
        dot_shorts(block[1].minima, next),
    };
    return sums_of_four(minima);
}

// Four rows with `count` vectors from `first` on.
ALWAYS_INLINE void multiply_super_pairs(float *out, size_t out_stride, const struct matrix *m, size_t r,
                                        size_t end, const struct vectors *x, size_t first, size_t count,
                                        size_t block_bytes, unpack_super *unpack, bool has_halves,
                                        bool is_centred) {
    const uint8_t *rows[PAIRED_ROWS];
    size_t blocks = m->columns / SUPER;
    pair_sums sum;
    clear_pairs(sum, count);
    find_rows(rows, m, r, end);
    for (size_t b = 0; b < blocks; b++) {
        struct super_block block[PAIRED_ROWS];
        integers dot[PAIRS_OF_ROWS][PAIRS_OF_VECTORS];
        for (int i = 0; i < PAIRED_ROWS; i++) unpack(&block[i], rows[i] + b * block_bytes);
        for (size_t v = 0; v < count / 2; v++) {
            for (int k = 0; k < PAIRS_OF_ROWS; k++) dot[k][v] = integers_zero();
        }
        for (int i = 0; i < 8; i++) {
            struct paired_run run[PAIRS_OF_ROWS];
            for (int k = 0; k < PAIRS_OF_ROWS; k++) run[k] = paired_run(block + 2 * k, i);
            for (size_t v = 0; v < count / 2; v++) {
                const int8_t *at = x->bytes + (first + 2 * v) * m->columns + b * SUPER + 32 * (size_t)i;
                struct pair values = pair_of(bytes_load(at), bytes_load(at + m->columns));
                for (int k = 0; k < PAIRS_OF_ROWS; k++)
                    dot[k][v] = add_paired_run(dot[k][v], &run[k], &values, has_halves);
            }
        }
        for (int k = 0; k < PAIRS_OF_ROWS; k++) {
            const struct super_block *two = block + 2 * k;
            floats scale = floats_of_rows(two[0].scale, two[1].scale);
            floats minimum = floats_of_rows(two[0].minimum, two[1].minimum);
            for (size_t v = 0; v < count / 2; v++) {
                size_t at = (first + 2 * v) * blocks + b, next = at + blocks;
                integers minima = paired_minima(two, x->sums + at * 16, x->sums + next * 16);
                floats by = floats_of_vectors(x->scales[at], x->scales[next]);
                sum[k][v] = add_paired_super(sum[k][v], dot[k][v], minima, vmulq_f32(scale, by),
                                             vmulq_f32(minimum, by), is_centred);
            }
        }
    }
    store_pairs(out + first * out_stride + r, out_stride, sum, count, end - r);
}

// Four rows with one vector.
ALWAYS_INLINE void multiply_super_alone(float *out, size_t out_stride, const struct matrix *m, size_t r,
                                        size_t end, const struct vectors *x, size_t p, size_t block_bytes,
                                        unpack_super *unpack, bool has_halves, bool is_centred) {
    const uint8_t *rows[PAIRED_ROWS];
    size_t blocks = m->columns / SUPER;
    floats sum = floats_zero();
    find_rows(rows, m, r, end);
    for (size_t b = 0; b < blocks; b++) {
        size_t at = p * blocks + b;
        const int8_t *values = x->bytes + at * SUPER;
        integers dots[PAIRED_ROWS], minima[PAIRED_ROWS];
        float scales[PAIRED_ROWS], minima_scales[PAIRED_ROWS];
        for (int i = 0; i < PAIRED_ROWS; i++) {
            struct super_block block;
            unpack(&block, rows[i] + b * block_bytes);
            dots[i] = integers_zero();
            for (int j = 0; j < 8; j++) {
                bytes some = bytes_load(values + 32 * j);
                int16_t scale = block.scales[2 * j];
                if (has_halves)
                    dots[i] = add_scaled_dot(dots[i], block.codes[j], some, scale, block.scales[2 * j + 1]);
                else dots[i] = vmlaq_n_s32(dots[i], dot_bytes(block.codes[j], some), scale);
            }
            minima[i] = dot_shorts(block.minima, x->sums + at * 16);
            scales[i] = block.scale;
            minima_scales[i] = block.minimum;
        }
        floats by = floats_all(x->scales[at]);
        sum = add_paired_super(sum, sums_of_four(dots), sums_of_four(minima),
                               vmulq_f32(floats_load(scales), by),
                               vmulq_f32(floats_load(minima_scales), by), is_centred);
    }
    store_rows(out + p * out_stride + r, sum, end - r);
}

#define MULTIPLY_PAIRED_SUPERS(name, block_bytes, has_halves, is_centred) \
    static void multiply_pairs_##name(float *out, size_t out_stride, const struct matrix *m, size_t begin, \
                                      size_t end, const struct vectors *x) { \
        MULTIPLY_BY_PAIRS(out, out_stride, m, begin, end, x, multiply_super_pairs, multiply_super_alone, \
                          block_bytes, unpack_##name, has_halves, is_centred); \
    }

MULTIPLY_PAIRED_SUPERS(q2_k, Q2_K_BYTES, true, false)
MULTIPLY_PAIRED_SUPERS(q3_k, Q3_K_BYTES, true, true)
MULTIPLY_PAIRED_SUPERS(q4_k, Q4_K_BYTES, false, false)
MULTIPLY_PAIRED_SUPERS(q5_k, Q5_K_BYTES, false, false)
MULTIPLY_PAIRED_SUPERS(q6_k, Q6_K_BYTES, true, true)
