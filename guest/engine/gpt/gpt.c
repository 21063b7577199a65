#include "engine/gpt/gpt.h"

#include "shared/memory.h"

// 5.3.2, table 5.5, and 5.3.3, table 5.6.
enum {
    HEADER_BYTES_MIN = 92,
    HEADER_BYTES_AT = 12,
    HEADER_CRC_AT = 16,
    OWN_BLOCK_AT = 24,
    FIRST_USABLE_AT = 40,
    LAST_USABLE_AT = 48,
    ENTRIES_BLOCK_AT = 72,
    ENTRY_COUNT_AT = 80,
    ENTRY_BYTES_AT = 84,
    ENTRIES_CRC_AT = 88,
    ENTRY_FIRST_AT = 32,
    ENTRY_LAST_AT = 40,
};

static uint32_t read32(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t read64(const uint8_t *at) { return read32(at) | (uint64_t)read32(at + 4) << 32; }

// That of IEEE 802.3, which zlib has too. Tables of partitions are short: no table of the remainders.
static uint32_t crc32_step(uint32_t crc, uint8_t byte) {
    crc ^= byte;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    return crc;
}

// The header's own checksum counts as zeros.
static uint32_t header_crc(const uint8_t *bytes, uint32_t size) {
    uint32_t crc = 0xffffffffu;
    for (uint32_t i = 0; i < size; i++) {
        bool own = i >= HEADER_CRC_AT && i < HEADER_CRC_AT + 4;
        crc = crc32_step(crc, own ? 0 : bytes[i]);
    }
    return ~crc;
}

bool gpt_read_header(struct gpt *gpt, const uint8_t *bytes, uint32_t block_bytes, uint64_t block,
                     uint64_t last_block) {
    if (block_bytes < HEADER_BYTES_MIN || memcmp(bytes, "EFI PART", 8) != 0) return false;
    uint32_t header_bytes = read32(bytes + HEADER_BYTES_AT);
    if (header_bytes < HEADER_BYTES_MIN || header_bytes > block_bytes) return false;
    if (header_crc(bytes, header_bytes) != read32(bytes + HEADER_CRC_AT)) return false;
    *gpt = (struct gpt){
        .entries_block = read64(bytes + ENTRIES_BLOCK_AT),
        .entry_count = read32(bytes + ENTRY_COUNT_AT),
        .entry_bytes = read32(bytes + ENTRY_BYTES_AT),
        .entries_crc = read32(bytes + ENTRIES_CRC_AT),
        .first_usable = read64(bytes + FIRST_USABLE_AT),
        .last_usable = read64(bytes + LAST_USABLE_AT),
    };
    bool whole = gpt->entry_count >= 1 && gpt->entry_count <= GPT_ENTRIES_MAX &&
                 gpt->entry_bytes >= GPT_ENTRY_BYTES_MIN && gpt->entry_bytes % 8 == 0 &&
                 gpt->entry_bytes <= GPT_TABLE_BYTES_MAX / gpt->entry_count;
    if (!whole || read64(bytes + OWN_BLOCK_AT) != block) return false;
    uint64_t table_blocks = (gpt_table_bytes(gpt) + (uint64_t)block_bytes - 1) / block_bytes;
    return gpt->first_usable <= gpt->last_usable && gpt->last_usable <= last_block &&
           gpt->entries_block >= 2 && table_blocks <= last_block &&
           gpt->entries_block <= last_block - table_blocks;
}

bool gpt_check_table(const struct gpt *gpt, const uint8_t *table) {
    uint32_t crc = 0xffffffffu;
    for (uint32_t i = 0; i < gpt_table_bytes(gpt); i++) crc = crc32_step(crc, table[i]);
    return ~crc == gpt->entries_crc;
}

bool gpt_read_entry(const struct gpt *gpt, const uint8_t *table, uint32_t index, struct gpt_entry *entry) {
    static const uint8_t unused[GPT_GUID_BYTES];
    const uint8_t *at = table + (size_t)index * gpt->entry_bytes;
    uint64_t first = read64(at + ENTRY_FIRST_AT), last = read64(at + ENTRY_LAST_AT);
    *entry = (struct gpt_entry){at, first, last - first + 1};
    return memcmp(at, unused, sizeof unused) != 0 && first >= gpt->first_usable && first <= last &&
           last <= gpt->last_usable;
}
