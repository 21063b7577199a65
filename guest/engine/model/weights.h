// Where in memory the tensors of a GGUF are. A model may come in several files, and lie in several pieces of
// memory, of which each tensor is in one.
#ifndef ZOSIA_WEIGHTS_H
#define ZOSIA_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

enum { MODEL_PARTS_MAX = 128, WEIGHTS_PIECES_MAX = 512 };

// From `begin` up to `end` of the data of a file.
struct weights_piece {
    uint32_t part; // of the files
    uint64_t begin;
    uint64_t end;
    const uint8_t *memory;
};

struct weights {
    unsigned count;
    struct weights_piece pieces[WEIGHTS_PIECES_MAX];
};

// NULL if it is not there.
const uint8_t *weights_at(const struct weights *weights, uint32_t part, uint64_t offset, uint64_t bytes);

#endif
