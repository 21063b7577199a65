// Large memory that need not be in one piece: a machine may have enough, and none of its free pieces be large
// enough for all, as memory round 4 GiB is the devices'.
#ifndef ZOSIA_PIECES_H
#define ZOSIA_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/failure.h"

enum { PIECES_MAX = 64 };

struct memory_piece {
    uint8_t *memory;
    uint64_t offset; // of its first byte in the whole
    uint64_t size_bytes;
};

struct pieces {
    unsigned count;
    struct memory_piece of[PIECES_MAX];
};

// Memory for the parts, which follow each other: each of them, such as a tensor, is in one piece. As few
// pieces as the firmware lets it be, one at best. After a failure there are none.
bool pieces_allocate(struct pieces *pieces, const uint64_t *part_bytes, size_t parts, const char *purpose,
                     struct failure *failure);

// Where a byte of the whole is, which there is; the rest of its part follows it.
uint8_t *pieces_at(const struct pieces *pieces, uint64_t offset);

void pieces_release(struct pieces *pieces);

#endif
