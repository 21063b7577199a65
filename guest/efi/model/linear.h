// The linear layers: matrices times one vector, on all processors, in float32 or int8.
#ifndef ZOSIA_LINEAR_H
#define ZOSIA_LINEAR_H

#include "transformer.h"

struct product {
    struct matrix matrix;
    float *out; // a value for each row
};

// All products of the same vector, which share their processors as one piece of work. The matrices have
// the vector's number of columns.
void linear(struct transformer *transformer, const struct activation *vector,
            const struct product *products, unsigned count);

// For int8 checkpoints, makes the int8 form of the vector from its floats; otherwise does nothing.
void linear_quantise(struct transformer *transformer, struct activation *vector, uint32_t size);

#endif
