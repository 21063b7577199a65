// Products with rows of F16 and BF16: matrices of these types, and the cache of keys and values.

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE floats load_halves(const uint8_t *from) { return floats_load_halves(from); }
ALWAYS_INLINE floats load_bfloats(const uint8_t *from) { return floats_load_bfloats(from); }

typedef floats load_wide(const uint8_t *from);
typedef float load_one(uint16_t bits);

ALWAYS_INLINE float dot_16_bits(const uint8_t *row, const float *x, size_t columns, load_wide *load,
                                load_one *one) {
    floats sum[2] = {floats_zero(), floats_zero()};
    size_t c = 0;
    for (; c + 2 * LANES <= columns; c += 2 * LANES) {
        sum[0] = floats_multiply_add(load(row + 2 * c), floats_load(x + c), sum[0]);
        sum[1] = floats_multiply_add(load(row + 2 * (c + LANES)), floats_load(x + c + LANES), sum[1]);
    }
    float total = floats_sum(floats_add(sum[0], sum[1]));
    for (; c < columns; c++) total += one(load_16_bits(row + 2 * c)) * x[c];
    return total;
}

static void dot_half_rows(float *out, const uint16_t *rows, size_t stride, const float *x, size_t columns,
                          size_t count) {
    for (size_t r = 0; r < count; r++) {
        out[r] = dot_16_bits((const uint8_t *)(rows + r * stride), x, columns, load_halves, half_to_float);
    }
}

static void mix_half_rows(float *out, const uint16_t *rows, size_t stride, const float *weights,
                          size_t columns, size_t count) {
    size_t c = 0;
    // Four vectors of columns at once, because each is a chain of additions.
    for (; c + 4 * LANES <= columns; c += 4 * LANES) {
        floats sum[4] = {floats_zero(), floats_zero(), floats_zero(), floats_zero()};
        for (size_t r = 0; r < count; r++) {
            floats weight = floats_all(weights[r]);
            for (size_t i = 0; i < 4; i++) {
                const uint16_t *from = rows + r * stride + c + i * LANES;
                sum[i] = floats_multiply_add(floats_load_halves((const uint8_t *)from), weight, sum[i]);
            }
        }
        for (size_t i = 0; i < 4; i++) floats_store(out + c + i * LANES, sum[i]);
    }
    for (; c < columns; c++) {
        float sum = 0;
        for (size_t r = 0; r < count; r++) sum += half_to_float(rows[r * stride + c]) * weights[r];
        out[c] = sum;
    }
}

ALWAYS_INLINE void multiply_16_bits(float *out, size_t out_stride, const struct matrix *m, size_t begin,
                                    size_t end, const struct vectors *x, load_wide *load, load_one *one) {
    for (size_t r = begin; r < end; r++) {
        const uint8_t *row = m->data + r * m->row_bytes;
        for (size_t p = 0; p < x->count; p++) {
            out[p * out_stride + r] = dot_16_bits(row, x->rounded + p * m->columns, m->columns, load, one);
        }
    }
}

static void multiply_f16(float *out, size_t out_stride, const struct matrix *m, size_t begin, size_t end,
                         const struct vectors *x) {
    multiply_16_bits(out, out_stride, m, begin, end, x, load_halves, half_to_float);
}

static void multiply_bf16(float *out, size_t out_stride, const struct matrix *m, size_t begin, size_t end,
                          const struct vectors *x) {
    multiply_16_bits(out, out_stride, m, begin, end, x, load_bfloats, bfloat_to_float);
}
