// Products of matrices whose types have blocks of 32 elements (block_kernels.h) with several vectors.

// Of a row; a batch of 16 shares what is unpacked.
enum { TILES_AT_ONCE = 16 / LANES };

static inline void store_tile(float *out, size_t out_stride, floats sums, size_t count) {
    float lanes[LANES];
    floats_store(lanes, sums);
    for (size_t i = 0; i < count && i < LANES; i++) out[i * out_stride] = lanes[i];
}

// `most`: the largest code of types with a minimum; 0 for those that have none.
ALWAYS_INLINE void multiply_block_tiles(float *out, size_t out_stride, const uint8_t *row, size_t blocks,
                                        size_t block_bytes, const struct vectors *x, size_t first,
                                        size_t tiles, unpack_block *unpack, int most) {
    struct tile tile[TILES_AT_ONCE];
    floats sum[TILES_AT_ONCE];
    for (size_t t = 0; t < tiles; t++) {
        tile[t] = vectors_tile_at(x, LANES, first + t);
        sum[t] = floats_zero();
    }
    for (size_t b = 0; b < blocks; b++, row += block_bytes) {
        struct block block = unpack(row);
        struct row_run run;
        if (most == 0) row_run_of_signed(&run, block.values);
        else row_run_of_codes(&run, block.values);
        for (size_t t = 0; t < tiles; t++) {
            const int8_t *from = tile[t].bytes + b * RUN * LANES;
            integers dot = most == 0 ? tile_dot(&run, from, tile[t].offsets + b * LANES)
                                     : tile_add_codes(integers_zero(), &run, 0, RUN / FOUR, from, most, 1);
            floats scale =
                floats_multiply(floats_all(block.scale), floats_load(tile[t].scales + b * LANES));
            sum[t] = floats_multiply_add(floats_of_integers(dot), scale, sum[t]);
            if (most == 0) continue;
            floats sums = floats_load(tile[t].scaled_sums + b * LANES);
            sum[t] = floats_multiply_add(floats_all(block.minimum), sums, sum[t]);
        }
    }
    for (size_t t = 0; t < tiles; t++) {
        size_t at = (first + t) * LANES;
        store_tile(out + at * out_stride, out_stride, sum[t], x->count - at);
    }
}

ALWAYS_INLINE void multiply_blocks(float *out, size_t out_stride, const struct matrix *m, size_t begin,
                                   size_t end, const struct vectors *x, size_t block_bytes,
                                   unpack_block *unpack, int most) {
    size_t blocks = m->columns / RUN, tiles = (x->count + LANES - 1) / LANES;
    for (size_t r = begin; r < end; r++) {
        const uint8_t *row = m->data + r * m->row_bytes;
        if (x->count == 1) {
            out[r] = multiply_block_row(row, blocks, block_bytes, x, unpack, most);
            continue;
        }
        size_t t = 0;
        for (; t + TILES_AT_ONCE <= tiles; t += TILES_AT_ONCE) {
            multiply_block_tiles(out + r, out_stride, row, blocks, block_bytes, x, t, TILES_AT_ONCE, unpack,
                                 most);
        }
        for (; t < tiles; t++) {
            multiply_block_tiles(out + r, out_stride, row, blocks, block_bytes, x, t, 1, unpack, most);
        }
    }
}

#define MULTIPLY_BLOCKS(name, block_bytes, most) \
    static void multiply_##name(float *out, size_t out_stride, const struct matrix *m, size_t begin, \
                                size_t end, const struct vectors *x) { \
        multiply_blocks(out, out_stride, m, begin, end, x, block_bytes, unpack_##name, most); \
    }

MULTIPLY_BLOCKS(q8_0, Q8_0_BYTES, 0)
MULTIPLY_BLOCKS(q4_0, Q4_0_BYTES, 0)
MULTIPLY_BLOCKS(q4_1, Q4_1_BYTES, 15)
MULTIPLY_BLOCKS(q5_0, Q5_0_BYTES, 0)
MULTIPLY_BLOCKS(q5_1, Q5_1_BYTES, 31)
MULTIPLY_BLOCKS(iq4_nl, Q4_0_BYTES, 0)
MULTIPLY_BLOCKS(mxfp4, MXFP4_BYTES, 0)
