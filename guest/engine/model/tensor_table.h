// The tensors of a GGUF, of all its files, to be looked up by their names.
#ifndef ZOSIA_TENSOR_TABLE_H
#define ZOSIA_TENSOR_TABLE_H

#include "engine/base/arena.h"
#include "engine/base/failure.h"
#include "engine/gguf/gguf.h"
#include "engine/products/vectors.h"

struct tensor {
    struct gguf_tensor entry;
    uint32_t part; // of the files
    uint64_t row_bytes;
    uint64_t bytes;
    const struct tensor_type *type; // NULL for one that is not known
    const uint8_t *data; // NULL before there is any
    bool is_used;
};

struct tensor_table {
    uint32_t count;
    struct tensor *tensors; // in the order of the files
};

// Reads the tables of `count` files, in the arena's memory; of one that only measures, nothing is read but the
// number of tensors. Fails unless every tensor lies within `data_bytes` of its file, as ggml wants it there.
bool tensor_table_read(struct tensor_table *table, const struct gguf *files, const uint64_t *data_bytes,
                       uint32_t count, struct arena *arena, struct failure *failure);

// The tensor, which is then taken for used; NULL if there is none. Block `block` is part of the name as
// blk.BLOCK.NAME; -1 stands for no block.
struct tensor *tensor_find(struct tensor_table *table, int block, const char *name);

// Fails if there is a tensor that nobody has asked for: a model that is computed without it would be another.
bool tensor_table_is_used_up(const struct tensor_table *table, struct failure *failure);

// Names are shown in failures as far as they are ASCII.
const char *tensor_shown_name(const struct tensor *tensor, char out[84]);

#endif
