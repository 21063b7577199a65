// Blocks of each type as floats: for single rows, as those of embeddings. Matrices are multiplied as they are.
#ifndef ZOSIA_TO_FLOATS_H
#define ZOSIA_TO_FLOATS_H

#include <stddef.h>
#include <stdint.h>

void floats_of_f32(float *out, const uint8_t *blocks, size_t count);
void floats_of_f16(float *out, const uint8_t *blocks, size_t count);
void floats_of_bf16(float *out, const uint8_t *blocks, size_t count);
void floats_of_q8_0(float *out, const uint8_t *blocks, size_t count);
void floats_of_q4_0(float *out, const uint8_t *blocks, size_t count);
void floats_of_q4_1(float *out, const uint8_t *blocks, size_t count);
void floats_of_q5_0(float *out, const uint8_t *blocks, size_t count);
void floats_of_q5_1(float *out, const uint8_t *blocks, size_t count);
void floats_of_iq4_nl(float *out, const uint8_t *blocks, size_t count);
void floats_of_mxfp4(float *out, const uint8_t *blocks, size_t count);
void floats_of_q2_k(float *out, const uint8_t *blocks, size_t count);
void floats_of_q3_k(float *out, const uint8_t *blocks, size_t count);
void floats_of_q4_k(float *out, const uint8_t *blocks, size_t count);
void floats_of_q5_k(float *out, const uint8_t *blocks, size_t count);
void floats_of_q6_k(float *out, const uint8_t *blocks, size_t count);

#endif
