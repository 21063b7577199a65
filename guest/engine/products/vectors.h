// Matrices, and the vectors that they are multiplied with, many at a time.
#ifndef ZOSIA_ENGINE_VECTORS_H
#define ZOSIA_ENGINE_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/tensors/types.h"

// Row by row, in one of the types of tensors.
struct matrix {
    const struct tensor_type *type;
    const uint8_t *data;
    size_t rows;
    size_t columns;
    size_t row_bytes;
    // Of llama2.c's int8 alone: values that share a scale, and the scales, row by row, which need not be aligned.
    size_t group;
    const float *scales;
};

// `count` vectors of `size` elements, one behind the other, and the form that a type of matrix asks for, of
// which only the members that it has are filled in.
struct vectors {
    size_t size;
    size_t count;
    float *floats;
    // What the form of vectors_form needs:
    float *rounded; // FORM_HALVES, FORM_BFLOATS; the tiles of the forms of bytes (tiles.h)
    int8_t *bytes; // the other forms; none is -128
    float *scales; // of runs of 32, of 256, or of a group
    float *scaled_sums; // FORM_BYTES_32: the sum of each run's bytes, times its scale
    int16_t *sums; // FORM_BYTES_256: of 16 bytes each
};

#endif
