// Memory from the firmware, of any size.
#ifndef ZOSIA_PAGES_H
#define ZOSIA_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/failure.h"

// What is free in all, and in one piece. Both are 0 if the firmware does not say.
struct free_memory {
    uint64_t bytes;
    uint64_t largest_bytes;
};

struct free_memory pages_free_memory(void);

// `purpose` is what the failure calls it. The memory starts at a page, a huge one (2 MiB) if it is as large
// and there is room for that, and holds anything.
bool pages_allocate(void **memory, uint64_t size_bytes, const char *purpose, struct failure *failure);
// Below 4 GiB, where every device reaches, if there is room.
bool pages_allocate_low(void **memory, uint64_t size_bytes, const char *purpose, struct failure *failure);
// The same without a reason, and the reason alone.
bool pages_try(void **memory, uint64_t size_bytes);
bool pages_fail(uint64_t size_bytes, const char *purpose, struct failure *failure);
void pages_release(void *memory, uint64_t size_bytes);

#endif
