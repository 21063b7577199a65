#include "blocks.h"

#include <stddef.h>

#include "firmware/pages.h"

bool block_allocate(struct block *block, uint64_t size_bytes, const char *purpose,
                    struct failure *failure) {
    block_release(block);
    if (!pages_allocate(&block->memory, size_bytes, purpose, failure)) return false;
    block->size_bytes = size_bytes;
    return true;
}

void block_release(struct block *block) {
    if (block->memory != NULL) pages_release(block->memory, block->size_bytes);
    block->memory = NULL;
}
