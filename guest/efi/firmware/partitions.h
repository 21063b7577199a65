// Partitions that are a model, or a part of one: GGUF from their first byte on, whatever its size. Read
// block by block, without a file system.
#ifndef ZOSIA_PARTITIONS_H
#define ZOSIA_PARTITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "uefi/blocks.h"

enum { PARTITIONS_MAX = 64 };

struct partition {
    EFI_BLOCK_IO_PROTOCOL *device; // the whole disk
    uint64_t first_block;
    uint64_t blocks;
};

// Those of one disk are together, in the order that its table has them; those of the disk that the
// application was started from come first. Returns how many there are; what is beyond `capacity` is left out.
unsigned partitions_find(struct partition *partitions, unsigned capacity);

uint64_t partition_bytes(const struct partition *partition);

// What `partition_read` needs beside the buffer: so much memory, from the start of a page on.
enum { PARTITION_BOUNCE_BYTES = 1 << 20 };

// Reads from `offset`, which lies in the partition, as many of `*size_bytes` as go at once, and says how
// many.
EFI_STATUS partition_read(const struct partition *partition, uint64_t offset, void *buffer,
                          UINTN *size_bytes, void *bounce);

#endif
