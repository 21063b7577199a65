// The GUID partition table (UEFI 2.10, 5.3), as it is on disk. Nothing is believed that does not have the
// right checksum, and even then each number is checked.
#ifndef ZOSIA_GPT_H
#define ZOSIA_GPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GPT_HEADER_BLOCK = 1, // the other one is the disk's last block
    GPT_GUID_BYTES = 16,
    GPT_ENTRIES_MAX = 1024, // 128 is what everybody has
    GPT_ENTRY_BYTES_MIN = 128,
    GPT_TABLE_BYTES_MAX = 1 << 20,
};

struct gpt {
    uint64_t entries_block;
    uint32_t entry_count;
    uint32_t entry_bytes;
    uint32_t entries_crc;
    uint64_t first_usable;
    uint64_t last_usable;
};

struct gpt_entry {
    const uint8_t *type; // GPT_GUID_BYTES, as they are on disk
    uint64_t first_block;
    uint64_t blocks;
};

// Reads a header, `block_bytes` of them, which was found in the block with the number `block` of a disk that
// ends with `last_block`. False if that is none.
bool gpt_read_header(struct gpt *gpt, const uint8_t *bytes, uint32_t block_bytes, uint64_t block,
                     uint64_t last_block);

// How long the table is.
static inline uint32_t gpt_table_bytes(const struct gpt *gpt) {
    return gpt->entry_count * gpt->entry_bytes;
}

// Whether it is what the header was written for.
bool gpt_check_table(const struct gpt *gpt, const uint8_t *table);

// False if the entry is empty, or lies where none may.
bool gpt_read_entry(const struct gpt *gpt, const uint8_t *table, uint32_t index, struct gpt_entry *entry);

#endif
