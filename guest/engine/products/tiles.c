#include "engine/products/tiles.h"

#include "shared/memory.h"

// Places for vectors that are not there have to be no numbers that others could do harm with.
static void clear(const struct vectors *v, struct tile tile, size_t lanes) {
    memset(tile.bytes, 0, lanes * v->size * sizeof(float));
}

static void put_runs(const struct vectors *v, struct tile tile, size_t lanes, size_t lane, size_t vector) {
    size_t runs = v->size / RUN;
    for (size_t i = 0; i < runs; i++) {
        const int8_t *from = v->bytes + vector * v->size + i * RUN;
        int sum = 0;
        for (size_t j = 0; j < RUN; j++) sum += from[j];
        tile.scales[i * lanes + lane] = v->scales[vector * runs + i];
        tile.scaled_sums[i * lanes + lane] = v->scaled_sums[vector * runs + i];
        tile.offsets[i * lanes + lane] = -128 * sum;
    }
}

static void put_super_runs(const struct vectors *v, struct tile tile, size_t lanes, size_t lane,
                           size_t vector) {
    size_t blocks = v->size / SUPER_RUN, sums = v->size / SUM_RUN;
    for (size_t i = 0; i < blocks; i++) {
        tile.scales[i * lanes + lane] = v->scales[vector * blocks + i];
    }
    for (size_t i = 0; i < sums; i++) {
        tile.sums[(i / 2 * lanes + lane) * 2 + i % 2] = v->sums[vector * sums + i];
    }
}

void vectors_tile(const struct vectors *v, enum vector_form form, size_t lanes, size_t index) {
    struct tile tile = vectors_tile_at(v, lanes, index);
    size_t first = index * lanes, count = v->count - first < lanes ? v->count - first : lanes;
    if (count < lanes) clear(v, tile, lanes);
    for (size_t lane = 0; lane < count; lane++) {
        const int8_t *from = v->bytes + (first + lane) * v->size;
        for (size_t i = 0; i < v->size / FOUR; i++) {
            memcpy(tile.bytes + (i * lanes + lane) * FOUR, from + i * FOUR, FOUR);
        }
        if (form == FORM_BYTES_32) put_runs(v, tile, lanes, lane, first + lane);
        else put_super_runs(v, tile, lanes, lane, first + lane);
    }
}
