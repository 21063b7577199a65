// form TYPE COLUMNS [GROUP]: makes of floats, which standard input has as they lie in memory, the form that
// matrices of the type ask for. Prints a line for each of bytes, scales, scaled sums and sums.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/products/forms.h"
#include "engine/products/tiles.h"

const char *__asan_default_options(void) { return "detect_leaks=0"; }

enum { LANES = 4 };

// They may be no numbers.
static bool are_same(float a, float b) { return memcmp(&a, &b, sizeof a) == 0; }

// Whether tiles have what the vectors have, and zeros in the place of vectors that are not there.
static bool tiles_are_right(const struct vectors *v, enum vector_form form) {
    bool is_super = form == FORM_BYTES_256, is_right = true;
    size_t block = is_super ? SUPER_RUN : RUN;
    for (size_t p = 0; p < (v->count + LANES - 1) / LANES * LANES; p++) {
        struct tile tile = vectors_tile_at(v, LANES, p / LANES);
        bool is_there = p < v->count;
        size_t lane = p % LANES, first = p * v->size;
        int sum = 0;
        for (size_t i = 0; i < v->size; i++) {
            int byte = tile.bytes[(i / FOUR * LANES + lane) * FOUR + i % FOUR];
            is_right &= byte == (is_there ? v->bytes[first + i] : 0);
            sum = i % RUN == 0 ? byte : sum + byte;
            if (!is_super && i % RUN == RUN - 1)
                is_right &= tile.offsets[i / RUN * LANES + lane] == -128 * sum;
        }
        for (size_t i = 0; i < v->size / block; i++) {
            size_t at = first / block + i;
            is_right &= are_same(tile.scales[i * LANES + lane], is_there ? v->scales[at] : 0);
            if (!is_super)
                is_right &= are_same(tile.scaled_sums[i * LANES + lane], is_there ? v->scaled_sums[at] : 0);
        }
        for (size_t i = 0; is_super && i < v->size / SUM_RUN; i++) {
            int there = tile.sums[(i / 2 * LANES + lane) * 2 + i % 2];
            is_right &= there == (is_there ? v->sums[first / SUM_RUN + i] : 0);
        }
    }
    return is_right;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    static float read[1 << 16];
    size_t columns = strtoull(arguments[2], NULL, 10),
           group = count > 3 ? strtoull(arguments[3], NULL, 10) : 0;
    size_t vectors = fread(read, sizeof *read, 1 << 16, stdin) / columns, all = vectors * columns;
    struct matrix matrix = {.columns = columns, .group = group};
    for (int kind = 0; kind < TENSOR_KINDS; kind++) {
        const struct tensor_type *type = tensor_type_of((enum tensor_kind)kind);
        if (strcmp(type->name, arguments[1]) == 0) matrix.type = type;
    }
    if (matrix.type == NULL) return 2;
    struct arena arena = {0};
    size_t room = (vectors + LANES - 1) / LANES * LANES;
    vectors_take(&arena, room, columns, group > 0 ? group : 32);
    arena = (struct arena){.base = aligned_alloc(ARENA_ALIGNMENT, arena.used)};
    memset(arena.base, 85, arena.used);
    struct vectors v = vectors_take(&arena, room, columns, group > 0 ? group : 32);
    v.count = vectors;
    memcpy(v.floats, read, all * sizeof *read);
    // The second part first: each has its own.
    vectors_form(&v, &matrix, LANES, LANES, vectors);
    vectors_form(&v, &matrix, LANES, 0, LANES);
    enum vector_form made = matrix.type->form;
    if ((made == FORM_BYTES_32 || made == FORM_BYTES_256) && !tiles_are_right(&v, made)) return 1;
    for (size_t i = 0; i < all; i++) printf("%d ", v.bytes[i]);
    size_t run = matrix.type->form == FORM_BYTES_256 ? 256 : matrix.type->form == FORM_GROUPED ? group : 32;
    printf("\n");
    for (size_t i = 0; i < all / run; i++) printf("%.9g ", (double)v.scales[i]);
    printf("\n");
    for (size_t i = 0; i < all / 32; i++) printf("%.9g ", (double)v.scaled_sums[i]);
    printf("\n");
    for (size_t i = 0; i < all / 16; i++) printf("%d ", v.sums[i]);
    printf("\n");
    return memcmp(v.floats, read, all * sizeof *read) == 0 ? 0 : 1;
}
