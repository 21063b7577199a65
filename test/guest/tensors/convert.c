// convert HOW: numbers from standard input to standard output, as they lie in memory. HOW is the name of a type
// of tensors, whose blocks become floats, or to-F16 or to-BF16, which floats become.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tensors/half.h"
#include "engine/tensors/types.h"

// Of the address sanitizer: what is not freed at the end does not matter.
const char *__asan_default_options(void) { return "detect_leaks=0"; }

static void write_16_bits(const uint8_t *from, size_t count, uint16_t (*convert)(float)) {
    for (size_t i = 0; i < count; i++) {
        float x;
        memcpy(&x, from + i * sizeof x, sizeof x);
        uint16_t bits = convert(x);
        fwrite(&bits, sizeof bits, 1, stdout);
    }
}

static const struct tensor_type *type_named(const char *name) {
    for (int kind = 0; kind < KIND_GROUPED; kind++) {
        const struct tensor_type *type = tensor_type_of((enum tensor_kind)kind);
        if (strcmp(type->name, name) == 0) return type;
    }
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    enum { MOST = 1 << 22 };
    uint8_t *read = malloc(MOST);
    size_t size = fread(read, 1, MOST, stdin);
    uint8_t *input = malloc(size);
    memcpy(input, read, size);
    if (strcmp(arguments[1], "to-F16") == 0) write_16_bits(input, size / 4, half_of_float);
    else if (strcmp(arguments[1], "to-BF16") == 0) write_16_bits(input, size / 4, bfloat_of_float);
    else {
        const struct tensor_type *type = type_named(arguments[1]);
        if (type == NULL) return 2;
        size_t blocks = size / type->block_bytes, elements = blocks * type->block;
        float *out = malloc(elements * sizeof *out);
        type->to_floats(out, input, blocks);
        fwrite(out, sizeof *out, elements, stdout);
    }
    return 0;
}
