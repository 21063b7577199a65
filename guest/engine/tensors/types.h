// The types of tensors' elements that a model may have: blocks of so many elements, in so many bytes. Numbers
// and layouts are ggml's (ggml/include/ggml.h; ggml/src/ggml-common.h).
#ifndef ZOSIA_TENSOR_TYPES_H
#define ZOSIA_TENSOR_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// In the order of the tables that have an entry for each type.
enum tensor_kind {
    KIND_F32,
    KIND_F16,
    KIND_BF16,
    KIND_Q8_0,
    KIND_Q4_0,
    KIND_Q4_1,
    KIND_Q5_0,
    KIND_Q5_1,
    KIND_IQ4_NL,
    KIND_MXFP4,
    KIND_Q2_K,
    KIND_Q3_K,
    KIND_Q4_K,
    KIND_Q5_K,
    KIND_Q6_K,
    KIND_GROUPED, // llama2.c's int8, whose scales are elsewhere
    TENSOR_KINDS,
};

// What a vector has to be made before it is multiplied with a matrix of the type.
enum vector_form {
    FORM_FLOATS,
    FORM_HALVES, // floats that F16 has
    FORM_BFLOATS, // floats that BF16 has
    FORM_BYTES_32, // int8, each 32 with a scale that F16 has
    FORM_BYTES_256, // int8, each 256 with a scale
    FORM_GROUPED, // int8, in the groups of llama2.c
};

struct tensor_type {
    uint32_t number; // in a GGUF
    const char *name;
    enum tensor_kind kind;
    uint16_t block; // elements
    uint16_t block_bytes;
    enum vector_form form;
    // Writes the elements of `count` blocks.
    void (*to_floats)(float *out, const uint8_t *blocks, size_t count);
};

// NULL for a number that is none of the types above.
const struct tensor_type *tensor_type_numbered(uint32_t number);
const struct tensor_type *tensor_type_of(enum tensor_kind kind);

// Bytes of a row of so many elements. False if it is no whole number of blocks, or too long to count.
bool tensor_row_bytes(const struct tensor_type *type, uint64_t elements, uint64_t *bytes);

#endif
