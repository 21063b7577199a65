// block_kernels.h's products, by pairs.

// Four rows with `count` vectors from `first` on.
ALWAYS_INLINE void multiply_block_pairs(float *out, size_t out_stride, const struct matrix *m, size_t r,
                                        size_t end, const struct vectors *x, size_t first, size_t count,
                                        size_t block_bytes, unpack_block *unpack, bool has_minimum) {
    const uint8_t *rows[PAIRED_ROWS];
    size_t blocks = m->columns / 32;
    pair_sums sum;
    clear_pairs(sum, count);
    find_rows(rows, m, r, end);
    for (size_t b = 0; b < blocks; b++) {
        struct pair codes[PAIRS_OF_ROWS];
        floats scale[PAIRS_OF_ROWS], minimum[PAIRS_OF_ROWS];
        for (int k = 0; k < PAIRS_OF_ROWS; k++) {
            struct block one = unpack(rows[2 * k] + b * block_bytes);
            struct block other = unpack(rows[2 * k + 1] + b * block_bytes);
            codes[k] = pair_of(one.values, other.values);
            scale[k] = floats_of_rows(one.scale, other.scale);
            minimum[k] = floats_of_rows(one.minimum, other.minimum);
        }
        for (size_t v = 0; v < count / 2; v++) {
            size_t at = (first + 2 * v) * blocks + b, next = at + blocks;
            struct pair values = pair_of(bytes_load(x->bytes + at * 32), bytes_load(x->bytes + next * 32));
            floats by = floats_of_vectors(x->scales[at], x->scales[next]);
            for (int k = 0; k < PAIRS_OF_ROWS; k++) {
                integers dot = add_pairs(integers_zero(), &codes[k], &values, 0);
                floats products = floats_of_integers(add_pairs(dot, &codes[k], &values, 1));
                sum[k][v] = floats_multiply_add(products, vmulq_f32(scale[k], by), sum[k][v]);
                if (!has_minimum) continue;
                floats sums = floats_of_vectors(x->scaled_sums[at], x->scaled_sums[next]);
                sum[k][v] = floats_multiply_add(minimum[k], sums, sum[k][v]);
            }
        }
    }
    store_pairs(out + first * out_stride + r, out_stride, sum, count, end - r);
}

// Four rows with one vector.
ALWAYS_INLINE void multiply_block_alone(float *out, size_t out_stride, const struct matrix *m, size_t r,
                                        size_t end, const struct vectors *x, size_t p, size_t block_bytes,
                                        unpack_block *unpack, bool has_minimum) {
    const uint8_t *rows[PAIRED_ROWS];
    size_t blocks = m->columns / 32;
    floats sum = floats_zero();
    find_rows(rows, m, r, end);
    for (size_t b = 0; b < blocks; b++) {
        size_t at = p * blocks + b;
        bytes values = bytes_load(x->bytes + at * 32);
        integers dots[PAIRED_ROWS];
        float scale[PAIRED_ROWS], minimum[PAIRED_ROWS];
        for (int i = 0; i < PAIRED_ROWS; i++) {
            struct block block = unpack(rows[i] + b * block_bytes);
            dots[i] = dot_bytes(block.values, values);
            scale[i] = block.scale;
            minimum[i] = block.minimum;
        }
        floats by = vmulq_f32(floats_load(scale), floats_all(x->scales[at]));
        sum = floats_multiply_add(floats_of_integers(sums_of_four(dots)), by, sum);
        if (has_minimum)
            sum = floats_multiply_add(floats_load(minimum), floats_all(x->scaled_sums[at]), sum);
    }
    store_rows(out + p * out_stride + r, sum, end - r);
}

#define MULTIPLY_PAIRED_BLOCKS(name, block_bytes, has_minimum) \
    static void multiply_pairs_##name(float *out, size_t out_stride, const struct matrix *m, size_t begin, \
                                      size_t end, const struct vectors *x) { \
        MULTIPLY_BY_PAIRS(out, out_stride, m, begin, end, x, multiply_block_pairs, multiply_block_alone, \
                          block_bytes, unpack_##name, has_minimum); \
    }

MULTIPLY_PAIRED_BLOCKS(q8_0, Q8_0_BYTES, false)
MULTIPLY_PAIRED_BLOCKS(q4_0, Q4_0_BYTES, false)
MULTIPLY_PAIRED_BLOCKS(q4_1, Q4_1_BYTES, true)
MULTIPLY_PAIRED_BLOCKS(q5_0, Q5_0_BYTES, false)
MULTIPLY_PAIRED_BLOCKS(q5_1, Q5_1_BYTES, true)
MULTIPLY_PAIRED_BLOCKS(iq4_nl, Q4_0_BYTES, false)
MULTIPLY_PAIRED_BLOCKS(mxfp4, MXFP4_BYTES, false)
