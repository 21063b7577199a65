// Memory from the firmware that is given back by itself.
#ifndef ZOSIA_BLOCKS_H
#define ZOSIA_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/failure.h"

struct block {
    void *memory; // NULL for none
    uint64_t size_bytes;
};

bool block_allocate(struct block *block, uint64_t size_bytes, const char *purpose, struct failure *failure);
void block_release(struct block *block);

#endif
