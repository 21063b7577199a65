// form TYPE COLUMNS [GROUP]: makes of floats, which standard input has as they lie in memory, the form that
// matrices of the type ask for. Prints a line for each of bytes, scales, scaled sums and sums.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/products/forms.h"

const char *__asan_default_options(void) { return "detect_leaks=0"; }

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
    vectors_take(&arena, vectors, columns, group > 0 ? group : 32);
    arena = (struct arena){.base = aligned_alloc(ARENA_ALIGNMENT, arena.used)};
    memset(arena.base, 85, arena.used);
    struct vectors v = vectors_take(&arena, vectors, columns, group > 0 ? group : 32);
    memcpy(v.floats, read, all * sizeof *read);
    // The second half first: each has its own.
    vectors_form(&v, &matrix, vectors / 2, vectors);
    vectors_form(&v, &matrix, 0, vectors / 2);
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
