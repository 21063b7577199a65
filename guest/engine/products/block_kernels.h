// Products of matrices whose types have blocks of 32 elements with a scale each, and perhaps a minimum.

// A block, ready for products: its bytes are int8, or codes below 128 with a minimum.
struct block {
    bytes values;
    float scale;
    float minimum;
};

typedef struct block unpack_block(const uint8_t *from);
typedef integers dot_block(bytes values, bytes x);

// Positions that are computed together, as each block is unpacked once for all of them.
enum { TILE = 4 };

ALWAYS_INLINE struct block unpack_q8_0(const uint8_t *from) {
    return (struct block){bytes_load(from + Q8_0_CODES), load_half(from + Q8_0_D), 0};
}

ALWAYS_INLINE struct block unpack_q4_0(const uint8_t *from) {
    bytes values = bytes_subtract(bytes_load_nibbles(from + Q4_0_CODES), bytes_all(8));
    return (struct block){values, load_half(from + Q4_0_D), 0};
}

ALWAYS_INLINE struct block unpack_q4_1(const uint8_t *from) {
    return (struct block){bytes_load_nibbles(from + Q4_1_CODES), load_half(from + Q4_1_D),
                          load_half(from + Q4_1_M)};
}

ALWAYS_INLINE struct block unpack_q5_0(const uint8_t *from) {
    bytes fifth = bytes_spread(load_32_bits(from + Q5_0_FIFTH_BITS), 16);
    bytes values = bytes_or(bytes_load_nibbles(from + Q5_0_CODES), fifth);
    return (struct block){bytes_subtract(values, bytes_all(16)), load_half(from + Q5_0_D), 0};
}

ALWAYS_INLINE struct block unpack_q5_1(const uint8_t *from) {
    bytes fifth = bytes_spread(load_32_bits(from + Q5_1_FIFTH_BITS), 16);
    bytes values = bytes_or(bytes_load_nibbles(from + Q5_1_CODES), fifth);
    return (struct block){values, load_half(from + Q5_1_D), load_half(from + Q5_1_M)};
}

ALWAYS_INLINE struct block unpack_iq4_nl(const uint8_t *from) {
    static const int8_t table[16] = {IQ4_NL_VALUES};
    bytes values = bytes_look_up(table, bytes_load_nibbles(from + Q4_0_CODES));
    return (struct block){values, load_half(from + Q4_0_D), 0};
}

ALWAYS_INLINE struct block unpack_mxfp4(const uint8_t *from) {
    static const int8_t table[16] = {MXFP4_VALUES};
    bytes values = bytes_look_up(table, bytes_load_nibbles(from + MXFP4_CODES));
    return (struct block){values, mxfp4_scale(from[MXFP4_E]), 0};
}

// One row with `count` positions from `first` on.
ALWAYS_INLINE void multiply_block_row(float *out, size_t out_stride, const uint8_t *row, size_t blocks,
                                      size_t block_bytes, const struct vectors *x, size_t first,
                                      size_t count, unpack_block *unpack, dot_block *dot,
                                      bool has_minimum) {
    floats sum[TILE];
    float minima[TILE] = {0};
    for (size_t p = 0; p < count; p++) sum[p] = floats_zero();
    for (size_t b = 0; b < blocks; b++, row += block_bytes) {
        struct block block = unpack(row);
        for (size_t p = 0; p < count; p++) {
            size_t at = (first + p) * blocks + b;
            floats products = floats_of_integers(dot(block.values, bytes_load(x->bytes + at * 32)));
            sum[p] = floats_multiply_add(products, floats_all(block.scale * x->scales[at]), sum[p]);
            if (has_minimum) minima[p] += block.minimum * x->scaled_sums[at];
        }
    }
    for (size_t p = 0; p < count; p++) out[(first + p) * out_stride] = floats_sum(sum[p]) + minima[p];
}

ALWAYS_INLINE void multiply_blocks(float *out, size_t out_stride, const struct matrix *m, size_t begin,
                                   size_t end, const struct vectors *x, size_t block_bytes,
                                   unpack_block *unpack, dot_block *dot, bool has_minimum) {
    size_t blocks = m->columns / 32;
    for (size_t r = begin; r < end; r++) {
        const uint8_t *row = m->data + r * m->row_bytes;
        size_t p = 0;
        for (; p + TILE <= x->count; p += TILE) {
            multiply_block_row(out + r, out_stride, row, blocks, block_bytes, x, p, TILE, unpack, dot,
                               has_minimum);
        }
        for (; p < x->count; p++) {
            multiply_block_row(out + r, out_stride, row, blocks, block_bytes, x, p, 1, unpack, dot,
                               has_minimum);
        }
    }
}

ALWAYS_INLINE integers dot_signed(bytes values, bytes x) { return dot_bytes(values, x); }
ALWAYS_INLINE integers dot_unsigned(bytes values, bytes x) { return dot_codes(values, x); }

#define MULTIPLY_BLOCKS(name, block_bytes, dot, has_minimum) \
    static void multiply_##name(float *out, size_t out_stride, const struct matrix *m, size_t begin, \
                                size_t end, const struct vectors *x) { \
        multiply_blocks(out, out_stride, m, begin, end, x, block_bytes, unpack_##name, dot, has_minimum); \
    }

MULTIPLY_BLOCKS(q8_0, Q8_0_BYTES, dot_signed, false)
MULTIPLY_BLOCKS(q4_0, Q4_0_BYTES, dot_signed, false)
MULTIPLY_BLOCKS(q4_1, Q4_1_BYTES, dot_unsigned, true)
MULTIPLY_BLOCKS(q5_0, Q5_0_BYTES, dot_signed, false)
MULTIPLY_BLOCKS(q5_1, Q5_1_BYTES, dot_unsigned, true)
MULTIPLY_BLOCKS(iq4_nl, Q4_0_BYTES, dot_signed, false)
MULTIPLY_BLOCKS(mxfp4, MXFP4_BYTES, dot_signed, false)
