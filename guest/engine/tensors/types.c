#include "engine/tensors/types.h"

#include "engine/tensors/to_floats.h"

// clang-format off
static const struct tensor_type types[TENSOR_KINDS] = {
    [KIND_F32] = {0, "F32", KIND_F32, 1, 4, FORM_FLOATS, floats_of_f32},
    [KIND_F16] = {1, "F16", KIND_F16, 1, 2, FORM_HALVES, floats_of_f16},
    [KIND_BF16] = {30, "BF16", KIND_BF16, 1, 2, FORM_BFLOATS, floats_of_bf16},
    [KIND_Q8_0] = {8, "Q8_0", KIND_Q8_0, 32, 34, FORM_BYTES_32, floats_of_q8_0},
    [KIND_Q4_0] = {2, "Q4_0", KIND_Q4_0, 32, 18, FORM_BYTES_32, floats_of_q4_0},
    [KIND_Q4_1] = {3, "Q4_1", KIND_Q4_1, 32, 20, FORM_BYTES_32, floats_of_q4_1},
    [KIND_Q5_0] = {6, "Q5_0", KIND_Q5_0, 32, 22, FORM_BYTES_32, floats_of_q5_0},
    [KIND_Q5_1] = {7, "Q5_1", KIND_Q5_1, 32, 24, FORM_BYTES_32, floats_of_q5_1},
    [KIND_IQ4_NL] = {20, "IQ4_NL", KIND_IQ4_NL, 32, 18, FORM_BYTES_32, floats_of_iq4_nl},
    [KIND_MXFP4] = {39, "MXFP4", KIND_MXFP4, 32, 17, FORM_BYTES_32, floats_of_mxfp4},
    [KIND_Q2_K] = {10, "Q2_K", KIND_Q2_K, 256, 84, FORM_BYTES_256, floats_of_q2_k},
    [KIND_Q3_K] = {11, "Q3_K", KIND_Q3_K, 256, 110, FORM_BYTES_256, floats_of_q3_k},
    [KIND_Q4_K] = {12, "Q4_K", KIND_Q4_K, 256, 144, FORM_BYTES_256, floats_of_q4_k},
    [KIND_Q5_K] = {13, "Q5_K", KIND_Q5_K, 256, 176, FORM_BYTES_256, floats_of_q5_k},
    [KIND_Q6_K] = {14, "Q6_K", KIND_Q6_K, 256, 210, FORM_BYTES_256, floats_of_q6_k},
    [KIND_GROUPED] = {UINT32_MAX, "int8", KIND_GROUPED, 1, 1, FORM_GROUPED, NULL},
};
// clang-format on

const struct tensor_type *tensor_type_of(enum tensor_kind kind) { return &types[kind]; }

const struct tensor_type *tensor_type_numbered(uint32_t number) {
    for (int kind = 0; kind < KIND_GROUPED; kind++) {
        if (types[kind].number == number) return &types[kind];
    }
    return NULL;
}

bool tensor_row_bytes(const struct tensor_type *type, uint64_t elements, uint64_t *bytes) {
    if (elements % type->block != 0) return false;
    return !__builtin_mul_overflow(elements / type->block, (uint64_t)type->block_bytes, bytes);
}
