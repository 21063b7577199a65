// Products of matrices whose types have blocks of 256 elements: within them each run of 16 or 32 elements has
// a scale and a minimum of its own, which are small whole numbers. All of them are brought to one form:
//
//     element = scale · (scales[i / 16] · code) - minimum · minima[i / 16]
//
// and the sums of products stay whole within a block.

struct super_block {
    bytes codes[8]; // 32 each
    int16_t scales[16];
    int16_t minima[16];
    float scale;
    float minimum;
};

typedef void unpack_super(struct super_block *block, const uint8_t *from);

ALWAYS_INLINE void widen_scales(struct super_block *block, const uint8_t scales[8],
                                const uint8_t minima[8]) {
    for (int i = 0; i < 16; i++) {
        block->scales[i] = scales[i / 2];
        block->minima[i] = minima[i / 2];
    }
}

// 128 bytes of codes of 4 bits, 64 to each 32 of them.
ALWAYS_INLINE void unpack_nibbles(bytes codes[8], const uint8_t *from) {
    for (int i = 0; i < 4; i++) {
        bytes packed = bytes_load(from + 32 * i);
        codes[2 * i] = bytes_bits(packed, 0, 15);
        codes[2 * i + 1] = bytes_bits(packed, 4, 15);
    }
}

// 64 bytes of codes of 2 bits, 128 to each 32 of them.
ALWAYS_INLINE void unpack_pairs(bytes codes[8], const uint8_t *from) {
    for (int i = 0; i < 2; i++) {
        bytes packed = bytes_load(from + 32 * i);
        codes[4 * i] = bytes_bits(packed, 0, 3);
        codes[4 * i + 1] = bytes_bits(packed, 2, 3);
        codes[4 * i + 2] = bytes_bits(packed, 4, 3);
        codes[4 * i + 3] = bytes_bits(packed, 6, 3);
    }
}

// Gives each code a further bit, which lie above each other in 32 bytes.
#define ADD_BIT(codes, packed, i, place) \
    (codes)[i] = bytes_or((codes)[i], bytes_shift_left(bytes_bits(packed, i, 1), place))
#define ADD_BITS(codes, packed, place) \
    do { \
        ADD_BIT(codes, packed, 0, place); \
        ADD_BIT(codes, packed, 1, place); \
        ADD_BIT(codes, packed, 2, place); \
        ADD_BIT(codes, packed, 3, place); \
        ADD_BIT(codes, packed, 4, place); \
        ADD_BIT(codes, packed, 5, place); \
        ADD_BIT(codes, packed, 6, place); \
        ADD_BIT(codes, packed, 7, place); \
    } while (0)

ALWAYS_INLINE void unpack_q2_k(struct super_block *block, const uint8_t *from) {
    unpack_pairs(block->codes, from + Q2_K_CODES);
    for (int i = 0; i < 16; i++) {
        uint8_t packed = from[Q2_K_SCALES + i];
        block->scales[i] = packed & 15;
        block->minima[i] = packed >> 4;
    }
    block->scale = load_half(from + Q2_K_D);
    block->minimum = load_half(from + Q2_K_M);
}

ALWAYS_INLINE void unpack_q3_k(struct super_block *block, const uint8_t *from) {
    uint8_t scales[16];
    unpack_pairs(block->codes, from + Q3_K_CODES);
    bytes third = bytes_load(from + Q3_K_THIRD_BITS);
    ADD_BITS(block->codes, third, 2);
    unpack_scales_16(from + Q3_K_SCALES, scales);
    for (int i = 0; i < 16; i++) {
        block->scales[i] = (int16_t)(scales[i] - 32);
        block->minima[i] = (int16_t)(4 * (scales[i] - 32));
    }
    block->scale = block->minimum = load_half(from + Q3_K_D);
}

ALWAYS_INLINE void unpack_q4_k(struct super_block *block, const uint8_t *from) {
    uint8_t scales[8], minima[8];
    unpack_nibbles(block->codes, from + Q4_K_CODES);
    unpack_scales_8(from + Q4_K_SCALES, scales, minima);
    widen_scales(block, scales, minima);
    block->scale = load_half(from + Q4_K_D);
    block->minimum = load_half(from + Q4_K_M);
}

ALWAYS_INLINE void unpack_q5_k(struct super_block *block, const uint8_t *from) {
    uint8_t scales[8], minima[8];
    unpack_nibbles(block->codes, from + Q5_K_CODES);
    bytes fifth = bytes_load(from + Q5_K_FIFTH_BITS);
    ADD_BITS(block->codes, fifth, 4);
    unpack_scales_8(from + Q5_K_SCALES, scales, minima);
    widen_scales(block, scales, minima);
    block->scale = load_half(from + Q5_K_D);
    block->minimum = load_half(from + Q5_K_M);
}

ALWAYS_INLINE void unpack_q6_k(struct super_block *block, const uint8_t *from) {
    for (int i = 0; i < 2; i++) {
        bytes first = bytes_load(from + Q6_K_CODES + 64 * i),
              second = bytes_load(from + Q6_K_CODES + 64 * i + 32);
        bytes upper = bytes_load(from + Q6_K_UPPER_BITS + 32 * i);
        bytes *codes = block->codes + 4 * i;
        codes[0] = bytes_or(bytes_bits(first, 0, 15), bytes_shift_left(bytes_bits(upper, 0, 3), 4));
        codes[1] = bytes_or(bytes_bits(second, 0, 15), bytes_shift_left(bytes_bits(upper, 2, 3), 4));
        codes[2] = bytes_or(bytes_bits(first, 4, 15), bytes_shift_left(bytes_bits(upper, 4, 3), 4));
        codes[3] = bytes_or(bytes_bits(second, 4, 15), bytes_shift_left(bytes_bits(upper, 6, 3), 4));
    }
    for (int i = 0; i < 16; i++) {
        block->scales[i] = (int8_t)from[Q6_K_SCALES + i];
        block->minima[i] = (int16_t)(32 * (int8_t)from[Q6_K_SCALES + i]);
    }
    block->scale = block->minimum = load_half(from + Q6_K_D);
}

// `has_halves`: the two scales of 32 elements may differ. `is_centred`: the minimum is the scale, and all of a
// block's sum is whole.
ALWAYS_INLINE void multiply_super_row(float *out, size_t out_stride, const uint8_t *row, size_t blocks,
                                      size_t block_bytes, const struct vectors *x, size_t first,
                                      size_t count, unpack_super *unpack, bool has_halves,
                                      bool is_centred) {
    floats sum[TILE];
    for (size_t p = 0; p < count; p++) sum[p] = floats_zero();
    for (size_t b = 0; b < blocks; b++, row += block_bytes) {
        struct super_block block;
        unpack(&block, row);
        for (size_t p = 0; p < count; p++) {
            size_t at = (first + p) * blocks + b;
            const int8_t *values = x->bytes + at * SUPER;
            integers dot = integers_zero();
            for (int i = 0; i < 8; i++) {
                int16_t scale = block.scales[2 * i];
                dot = add_scaled_dot(dot, block.codes[i], bytes_load(values + 32 * i), scale,
                                     has_halves ? block.scales[2 * i + 1] : scale);
            }
            integers minima = dot_shorts(block.minima, x->sums + at * 16);
            float scale = x->scales[at];
            if (is_centred) {
                floats whole = floats_of_integers(integers_subtract(dot, minima));
                sum[p] = floats_multiply_add(whole, floats_all(block.scale * scale), sum[p]);
            } else {
                sum[p] =
                    floats_multiply_add(floats_of_integers(dot), floats_all(block.scale * scale), sum[p]);
                floats less = floats_all(-block.minimum * scale);
                sum[p] = floats_multiply_add(floats_of_integers(minima), less, sum[p]);
            }
        }
    }
    for (size_t p = 0; p < count; p++) out[(first + p) * out_stride] = floats_sum(sum[p]);
}

ALWAYS_INLINE void multiply_supers(float *out, size_t out_stride, const struct matrix *m, size_t begin,
                                   size_t end, const struct vectors *x, size_t block_bytes,
                                   unpack_super *unpack, bool has_halves, bool is_centred) {
    size_t blocks = m->columns / SUPER;
    for (size_t r = begin; r < end; r++) {
        const uint8_t *row = m->data + r * m->row_bytes;
        size_t p = 0;
        for (; p + TILE <= x->count; p += TILE) {
            multiply_super_row(out + r, out_stride, row, blocks, block_bytes, x, p, TILE, unpack,
                               has_halves, is_centred);
        }
        for (; p < x->count; p++) {
            multiply_super_row(out + r, out_stride, row, blocks, block_bytes, x, p, 1, unpack, has_halves,
                               is_centred);
        }
    }
}

#define MULTIPLY_SUPERS(name, block_bytes, has_halves, is_centred) \
    static void multiply_##name(float *out, size_t out_stride, const struct matrix *m, size_t begin, \
                                size_t end, const struct vectors *x) { \
        multiply_supers(out, out_stride, m, begin, end, x, block_bytes, unpack_##name, has_halves, \
                        is_centred); \
    }

MULTIPLY_SUPERS(q2_k, Q2_K_BYTES, true, false)
MULTIPLY_SUPERS(q3_k, Q3_K_BYTES, true, true)
MULTIPLY_SUPERS(q4_k, Q4_K_BYTES, false, false)
MULTIPLY_SUPERS(q5_k, Q5_K_BYTES, false, false)
MULTIPLY_SUPERS(q6_k, Q6_K_BYTES, true, true)
