// Products with rows of floats, and of llama2.c's int8.

// Rows computed together: each piece of x that is loaded serves all of them, and their sums do not wait
// for each other.
enum { ROWS_AT_ONCE = 4 };

static inline void dot_four(float *out, const float *rows, size_t stride, const float *x, size_t columns) {
    const float *row[ROWS_AT_ONCE];
    floats sum[ROWS_AT_ONCE];
    for (int r = 0; r < ROWS_AT_ONCE; r++) {
        row[r] = rows + (size_t)r * stride;
        sum[r] = floats_zero();
    }
    size_t c = 0;
    for (; c + LANES <= columns; c += LANES) {
        floats piece = floats_load(x + c);
        for (int r = 0; r < ROWS_AT_ONCE; r++) {
            sum[r] = floats_multiply_add(floats_load(row[r] + c), piece, sum[r]);
        }
    }
    for (int r = 0; r < ROWS_AT_ONCE; r++) out[r] = floats_sum(sum[r]);
    for (; c < columns; c++) {
        for (int r = 0; r < ROWS_AT_ONCE; r++) out[r] += row[r][c] * x[c];
    }
}

static inline float dot_one(const float *row, const float *x, size_t columns) {
    floats sum = floats_zero();
    size_t c = 0;
    for (; c + LANES <= columns; c += LANES) {
        sum = floats_multiply_add(floats_load(row + c), floats_load(x + c), sum);
    }
    float total = floats_sum(sum);
    for (; c < columns; c++) total += row[c] * x[c];
    return total;
}

static void dot_rows(float *out, const float *rows, size_t stride, const float *x, size_t columns,
                     size_t count) {
    size_t r = 0;
    for (; r + ROWS_AT_ONCE <= count; r += ROWS_AT_ONCE) {
        dot_four(out + r, rows + r * stride, stride, x, columns);
    }
    for (; r < count; r++) out[r] = dot_one(rows + r * stride, x, columns);
}

static void mix_rows(float *out, const float *rows, size_t stride, const float *weights, size_t columns,
                     size_t count) {
    size_t c = 0;
    // Four vectors of columns at once, because each is a chain of additions.
    for (; c + 4 * LANES <= columns; c += 4 * LANES) {
        floats sum[4] = {floats_zero(), floats_zero(), floats_zero(), floats_zero()};
        for (size_t r = 0; r < count; r++) {
            floats weight = floats_all(weights[r]);
            for (int i = 0; i < 4; i++) {
                floats values = floats_load(rows + r * stride + c + (size_t)i * LANES);
                sum[i] = floats_multiply_add(values, weight, sum[i]);
            }
        }
        for (int i = 0; i < 4; i++) floats_store(out + c + (size_t)i * LANES, sum[i]);
    }
    for (; c + LANES <= columns; c += LANES) {
        floats sum = floats_zero();
        for (size_t r = 0; r < count; r++) {
            floats values = floats_load(rows + r * stride + c);
            sum = floats_multiply_add(values, floats_all(weights[r]), sum);
        }
        floats_store(out + c, sum);
    }
    for (; c < columns; c++) {
        float sum = 0;
        for (size_t r = 0; r < count; r++) sum += rows[r * stride + c] * weights[r];
        out[c] = sum;
    }
}

static inline int32_t dot_group(const int8_t *a, const int8_t *b, size_t length) {
    integers sum = integers_zero();
    size_t i = 0;
    for (; i + BYTE_LANES <= length; i += BYTE_LANES) {
        sum = integers_multiply_add(a + i, b + i, sum);
    }
    int32_t total = integers_sum(sum);
    for (; i < length; i++) total += a[i] * b[i];
    return total;
}

static inline float unaligned_float(const float *from) {
    float value;
    __builtin_memcpy(&value, from, sizeof value);
    return value;
}

// llama2.c's int8: each run of `group` values, in the rows and in the vector, shares a scale. The sums within a
// group are exact, which a group below 2^16 guarantees.
static void multiply_grouped(float *out, size_t out_stride, const struct matrix *m, size_t begin,
                             size_t end, const struct vectors *x) {
    size_t group = m->group, groups = m->columns / group;
    for (size_t p = 0; p < x->count; p++) {
        const int8_t *values = x->bytes + p * m->columns;
        const float *scales = x->scales + p * groups;
        for (size_t r = begin; r < end; r++) {
            const int8_t *row = (const int8_t *)m->data + r * m->columns;
            const float *row_scales = m->scales + r * groups;
            float total = 0;
            for (size_t g = 0; g < groups; g++) {
                int32_t sum = dot_group(row + g * group, values + g * group, group);
                total += (float)sum * unaligned_float(row_scales + g) * scales[g];
            }
            out[p * out_stride + r] = total;
        }
    }
}

static void multiply_f32(float *out, size_t out_stride, const struct matrix *m, size_t begin, size_t end,
                         const struct vectors *x) {
    const float *rows = (const float *)(const void *)m->data;
    // So many rows stay in the cache for all of the vectors.
    for (size_t r = begin; r < end; r += ROWS_AT_ONCE) {
        size_t count = end - r < ROWS_AT_ONCE ? end - r : ROWS_AT_ONCE;
        for (size_t p = 0; p < x->count; p++) {
            dot_rows(out + p * out_stride + r, rows + r * m->columns, m->columns,
                     x->floats + p * m->columns, m->columns, count);
        }
    }
}
