// Where a checkpoint's tensors are.
#ifndef ZOSIA_LLAMA2C_LAYOUT_H
#define ZOSIA_LLAMA2C_LAYOUT_H

#include "engine/llama2c/checkpoint.h"

// How long all of them are. False if that is more than 64 bits can count.
bool checkpoint_weights_bytes(const struct checkpoint *checkpoint, uint64_t *bytes);

#endif
