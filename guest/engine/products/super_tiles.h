// Products of matrices whose types have blocks of 256 elements (super_kernels.h) with several vectors.

// A block whose codes an instruction takes four at a time.
struct super_row {
    struct row_run codes[SUPER / RUN];
    int16_t scales[16], minima[16];
    float scale, minimum;
};

ALWAYS_INLINE void super_row_of(struct super_row *row, const uint8_t *from, unpack_super *unpack) {
    struct super_block block;
    unpack(&block, from);
    for (int i = 0; i < 8; i++) row_run_of_codes(&row->codes[i], block.codes[i]);
    __builtin_memcpy(row->scales, block.scales, sizeof row->scales);
    __builtin_memcpy(row->minima, block.minima, sizeof row->minima);
    row->scale = block.scale;
    row->minimum = block.minimum;
}

// What a block of a row adds to a tile's sums.
ALWAYS_INLINE floats add_super(floats sum, const struct super_row *row, struct tile tile, size_t block,
                               struct super_kind kind) {
    const int8_t *from = tile.bytes + block * SUPER * LANES;
    const int16_t *sums = tile.sums + block * (SUPER / SUM_RUN) * LANES;
    floats scale = floats_load(tile.scales + block * LANES);
    integers dot = integers_zero(), minima = integers_zero();
    int fours = (kind.has_halves ? SUM_RUN : RUN) / FOUR;
    for (int i = 0; i < SUPER / RUN; i++) {
        const int8_t *run = from + i * RUN * LANES;
        for (int first = 0; first < RUN / FOUR; first += fours) {
            dot = tile_add_codes(dot, &row->codes[i], first, fours, run, kind.most,
                                 row->scales[(i * RUN + first * FOUR) / SUM_RUN]);
        }
    }
    for (int i = 0; i < SUPER / RUN; i++) {
        minima = tile_add_pair(minima, row->minima + 2 * i, sums + 2 * i * LANES);
    }
    if (kind.is_centred) {
        floats whole = floats_of_integers(integers_subtract(dot, minima));
        return floats_multiply_add(whole, floats_multiply(floats_all(row->scale), scale), sum);
    }
    floats most = floats_multiply(floats_all(row->scale), scale);
    floats less = floats_multiply(floats_all(-row->minimum), scale);
    sum = floats_multiply_add(floats_of_integers(dot), most, sum);
    return floats_multiply_add(floats_of_integers(minima), less, sum);
}

ALWAYS_INLINE void multiply_super_tiles(float *out, size_t out_stride, const uint8_t *row, size_t blocks,
                                        size_t block_bytes, const struct vectors *x, size_t first,
                                        size_t tiles, unpack_super *unpack, struct super_kind kind) {
    struct tile tile[TILES_AT_ONCE];
    floats sum[TILES_AT_ONCE];
    for (size_t t = 0; t < tiles; t++) {
        tile[t] = vectors_tile_at(x, LANES, first + t);
        sum[t] = floats_zero();
    }
    for (size_t b = 0; b < blocks; b++, row += block_bytes) {
        struct super_row block;
        super_row_of(&block, row, unpack);
        for (size_t t = 0; t < tiles; t++) sum[t] = add_super(sum[t], &block, tile[t], b, kind);
    }
    for (size_t t = 0; t < tiles; t++) {
        size_t at = (first + t) * LANES;
        store_tile(out + at * out_stride, out_stride, sum[t], x->count - at);
    }
}

ALWAYS_INLINE void multiply_supers(float *out, size_t out_stride, const struct matrix *m, size_t begin,
                                   size_t end, const struct vectors *x, size_t block_bytes,
                                   unpack_super *unpack, struct super_kind kind) {
    size_t blocks = m->columns / SUPER, tiles = (x->count + LANES - 1) / LANES;
    for (size_t r = begin; r < end; r++) {
        const uint8_t *row = m->data + r * m->row_bytes;
        if (x->count == 1) {
            out[r] = multiply_super_row(row, blocks, block_bytes, x, unpack, kind);
            continue;
        }
        size_t t = 0;
        for (; t + TILES_AT_ONCE <= tiles; t += TILES_AT_ONCE) {
            multiply_super_tiles(out + r, out_stride, row, blocks, block_bytes, x, t, TILES_AT_ONCE, unpack,
                                 kind);
        }
        for (; t < tiles; t++) {
            multiply_super_tiles(out + r, out_stride, row, blocks, block_bytes, x, t, 1, unpack, kind);
        }
    }
}

#define MULTIPLY_SUPERS(name, block_bytes, ...) \
    static void multiply_##name(float *out, size_t out_stride, const struct matrix *m, size_t begin, \
                                size_t end, const struct vectors *x) { \
        multiply_supers(out, out_stride, m, begin, end, x, block_bytes, unpack_##name, \
                        (struct super_kind){__VA_ARGS__}); \
    }

MULTIPLY_SUPERS(q2_k, Q2_K_BYTES, .has_halves = true, .most = 3)
MULTIPLY_SUPERS(q3_k, Q3_K_BYTES, .has_halves = true, .is_centred = true, .most = 7)
MULTIPLY_SUPERS(q4_k, Q4_K_BYTES, .most = 15)
MULTIPLY_SUPERS(q5_k, Q5_K_BYTES, .most = 31)
MULTIPLY_SUPERS(q6_k, Q6_K_BYTES, .has_halves = true, .is_centred = true, .most = 63)
