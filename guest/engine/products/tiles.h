// Vectors side by side. A tile has as many of them as an instruction set has floats in a register, so that each
// sum is in a place of its own, and a few bytes of a row of the matrix serve all of a tile.
#ifndef ZOSIA_TILES_H
#define ZOSIA_TILES_H

#include "engine/products/vectors.h"

enum { RUN = 32, SUPER_RUN = 256, SUM_RUN = 16, FOUR = 4 };

// The form of a tile's vectors. Where there are not enough of them for the last tile, the rest of it is zero.
struct tile {
    int8_t *bytes; // [element / 4][vector][4]
    float *scales; // [block][vector]
    float *scaled_sums; // FORM_BYTES_32 alone: [block][vector]
    int32_t *offsets; // FORM_BYTES_32 alone: [block][vector], the sum of a block's bytes, times -128
    int16_t *sums; // FORM_BYTES_256 alone: [element / 32][vector][2], sums of 16 bytes each
};

// Tiles lie where the floats of FORM_HALVES would, which these forms do not have.
static inline struct tile vectors_tile_at(const struct vectors *v, size_t lanes, size_t index) {
    size_t elements = lanes * v->size, first = index * elements;
    struct tile tile;
    tile.bytes = (int8_t *)(v->rounded + first);
    tile.scales = (float *)(tile.bytes + elements);
    tile.scaled_sums = tile.scales + elements / RUN;
    tile.offsets = (int32_t *)(tile.scaled_sums + elements / RUN);
    tile.sums = (int16_t *)(tile.offsets + elements / RUN);
    return tile;
}

// Makes a tile of vectors that have one of the two forms of bytes.
void vectors_tile(const struct vectors *v, enum vector_form form, size_t lanes, size_t index);

#endif
