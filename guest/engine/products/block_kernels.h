// Products of matrices whose types have blocks of 32 elements with a scale each, and perhaps a minimum.

// A block, ready for products: its bytes are int8, or codes below 128 with a minimum.
struct block {
    bytes values;
    float scale;
    float minimum;
};

// Weights come from memory in one stream, which is as fast as it gets if they are asked for so far ahead: rows
// side by side are several streams, and slower.
enum { AHEAD_BYTES = 4096, CACHE_LINE = 64 };

typedef struct block unpack_block(const uint8_t *from);

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

// One row with the one vector.
ALWAYS_INLINE float multiply_block_row(const uint8_t *row, size_t blocks, size_t block_bytes,
                                       const struct vectors *x, unpack_block *unpack, int most) {
    floats sum = floats_zero();
    float minima = 0;
    for (size_t b = 0; b < blocks; b++, row += block_bytes) {
        __builtin_prefetch(row + AHEAD_BYTES);
        struct block block = unpack(row);
        bytes values = bytes_load(x->bytes + b * RUN);
        integers dot = most == 0 ? dot_bytes(block.values, values) : dot_codes(block.values, values);
        floats scale = floats_all(block.scale * x->scales[b]);
        sum = floats_multiply_add(floats_of_integers(dot), scale, sum);
        if (most > 0) minima += block.minimum * x->scaled_sums[b];
    }
    return floats_sum(sum) + minima;
}
