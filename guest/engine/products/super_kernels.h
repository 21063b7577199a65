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

// What types differ in.
struct super_kind {
    bool has_halves; // the two scales of 32 elements may differ
    bool is_centred; // the minimum is the scale, and all of a block's sum is whole
    int most; // the largest code
};

// One row with the one vector.
ALWAYS_INLINE float multiply_super_row(const uint8_t *row, size_t blocks, size_t block_bytes,
                                       const struct vectors *x, unpack_super *unpack,
                                       struct super_kind kind) {
    floats sum = floats_zero();
    for (size_t b = 0; b < blocks; b++, row += block_bytes) {
        struct super_block block;
        for (size_t at = 0; at < block_bytes; at += CACHE_LINE) __builtin_prefetch(row + AHEAD_BYTES + at);
        unpack(&block, row);
        const int8_t *values = x->bytes + b * SUPER;
        integers dot = integers_zero();
        for (int i = 0; i < 8; i++) {
            int16_t scale = block.scales[2 * i];
            dot = add_scaled_dot(dot, block.codes[i], bytes_load(values + 32 * i), scale,
                                 kind.has_halves ? block.scales[2 * i + 1] : scale);
        }
        integers minima = dot_shorts(block.minima, x->sums + b * 16);
        float scale = x->scales[b];
        if (kind.is_centred) {
            floats whole = floats_of_integers(integers_subtract(dot, minima));
            sum = floats_multiply_add(whole, floats_all(block.scale * scale), sum);
        } else {
            sum = floats_multiply_add(floats_of_integers(dot), floats_all(block.scale * scale), sum);
            floats less = floats_all(-block.minimum * scale);
            sum = floats_multiply_add(floats_of_integers(minima), less, sum);
        }
    }
    return floats_sum(sum);
}
