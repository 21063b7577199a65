// Memory from the firmware, of any size.
#ifndef ZOSIA_PAGES_H
#define ZOSIA_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/failure.h"

// What is free in all, and in one piece. Both are 0 if the firmware does not say.
struct free_memory {
    uint64_t bytes;
    uint64_t largest_bytes;
};

struct free_memory pages_free_memory(void);

// `purpose` is what the failure calls it. The memory starts at a page, and holds anything.
bool pages_allocate(void **memory, uint64_t size_bytes, const char *purpose, struct failure *failure);
void pages_release(void *memory, uint64_t size_bytes);

#endif
