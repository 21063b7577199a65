#include "partitions.h"

#include "device_path.h"
#include "engine/gpt/gpt.h"
#include "firmware.h"
#include "pages.h"
#include "shared/memory.h"

enum { BLOCK_BYTES_MAX = 65536 };

// 7a6f7369-6101-8d6f-a465-6c6767756601, as it is on disk.
static const uint8_t model_type[GPT_GUID_BYTES] = {0x69, 0x73, 0x6f, 0x7a, 0x01, 0x61, 0x6f, 0x8d,
                                                   0xa4, 0x65, 0x6c, 0x67, 0x67, 0x75, 0x66, 0x01};

struct listing {
    struct partition *partitions;
    unsigned capacity;
    unsigned count;
};

// A table of partitions is on whole disks only.
static bool is_disk(const EFI_BLOCK_IO_PROTOCOL *device) {
    const EFI_BLOCK_IO_MEDIA *media = device->Media;
    bool sizes = media->BlockSize >= 512 && media->BlockSize <= BLOCK_BYTES_MAX &&
                 (media->BlockSize & (media->BlockSize - 1)) == 0;
    return media->MediaPresent && !media->LogicalPartition && sizes && media->LastBlock > 2 &&
           media->LastBlock < UINT64_MAX / BLOCK_BYTES_MAX;
}

// Block by block where all at once fails.
static bool read_blocks(EFI_BLOCK_IO_PROTOCOL *device, uint64_t block, UINTN size_bytes, uint8_t *buffer) {
    const EFI_BLOCK_IO_MEDIA *media = device->Media;
    if (!EFI_ERROR(device->ReadBlocks(device, media->MediaId, block, size_bytes, buffer))) return true;
    for (UINTN at = 0; at < size_bytes; at += media->BlockSize) {
        EFI_STATUS status =
            device->ReadBlocks(device, media->MediaId, block++, media->BlockSize, buffer + at);
        if (EFI_ERROR(status)) return false;
    }
    return true;
}

// `memory` has room for the longest table, and a block.
static bool read_table(EFI_BLOCK_IO_PROTOCOL *device, uint64_t header_block, struct gpt *gpt,
                       uint8_t *memory) {
    uint32_t block_bytes = device->Media->BlockSize;
    if (!read_blocks(device, header_block, block_bytes, memory)) return false;
    if (!gpt_read_header(gpt, memory, block_bytes, header_block, device->Media->LastBlock)) return false;
    UINTN bytes = (gpt_table_bytes(gpt) + (UINTN)block_bytes - 1) / block_bytes * block_bytes;
    return read_blocks(device, gpt->entries_block, bytes, memory) && gpt_check_table(gpt, memory);
}

static void list_disk(struct listing *listing, EFI_BLOCK_IO_PROTOCOL *device, uint8_t *memory) {
    struct gpt gpt;
    if (!read_table(device, GPT_HEADER_BLOCK, &gpt, memory) &&
        !read_table(device, device->Media->LastBlock, &gpt, memory)) {
        return;
    }
    for (uint32_t i = 0; i < gpt.entry_count && listing->count < listing->capacity; i++) {
        struct gpt_entry entry;
        if (!gpt_read_entry(&gpt, memory, i, &entry)) continue;
        if (memcmp(entry.type, model_type, sizeof model_type) != 0) continue;
        listing->partitions[listing->count++] = (struct partition){device, entry.first_block, entry.blocks};
    }
}

unsigned partitions_find(struct partition *partitions, unsigned capacity) {
    static const EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    struct listing listing = {partitions, capacity, 0};
    EFI_BOOT_SERVICES *services = firmware->BootServices;
    EFI_HANDLE *handles, boot = firmware_boot_device();
    UINTN count = firmware_handles(&guid, &handles);
    struct failure failure;
    void *memory;
    const uint64_t memory_bytes = GPT_TABLE_BYTES_MAX + BLOCK_BYTES_MAX;
    if (count == 0) return 0;
    if (!pages_allocate_low(&memory, memory_bytes, "a table of partitions", &failure)) count = 0;
    // Twice: what holds the device that the application was started from, and then the others.
    for (int wanted = 1; wanted >= 0; wanted--) {
        for (UINTN i = 0; i < count; i++) {
            void *interface;
            if (device_path_holds(handles[i], boot) != (wanted != 0)) continue;
            if (EFI_ERROR(services->HandleProtocol(handles[i], &guid, &interface))) continue;
            if (is_disk(interface)) list_disk(&listing, interface, memory);
        }
    }
    if (count > 0) pages_release(memory, memory_bytes);
    services->FreePool(handles);
    return listing.count;
}

uint64_t partition_bytes(const struct partition *partition) {
    return partition->blocks * partition->device->Media->BlockSize;
}

static bool is_aligned(const EFI_BLOCK_IO_MEDIA *media, const uint8_t *buffer) {
    return media->IoAlign <= 1 || (uintptr_t)buffer % media->IoAlign == 0;
}

EFI_STATUS partition_read(const struct partition *partition, uint64_t offset, void *buffer,
                          UINTN *size_bytes, void *bounce) {
    EFI_BLOCK_IO_PROTOCOL *device = partition->device;
    const EFI_BLOCK_IO_MEDIA *media = device->Media;
    UINTN block_bytes = media->BlockSize, wanted = *size_bytes, before = (UINTN)(offset % block_bytes);
    uint64_t block = partition->first_block + offset / block_bytes;
    *size_bytes = 0;
    if (before == 0 && wanted >= block_bytes && is_aligned(media, buffer)) {
        UINTN whole = wanted / block_bytes * block_bytes;
        EFI_STATUS status = device->ReadBlocks(device, media->MediaId, block, whole, buffer);
        if (!EFI_ERROR(status)) *size_bytes = whole;
        return status;
    }
    // Up to the next block where the buffer is aligned from there on; else as much as fits.
    UINTN blocks_bytes = (before + wanted + block_bytes - 1) / block_bytes * block_bytes;
    if (blocks_bytes > PARTITION_BOUNCE_BYTES) blocks_bytes = PARTITION_BOUNCE_BYTES;
    if (before != 0 && is_aligned(media, (uint8_t *)buffer + block_bytes - before))
        blocks_bytes = block_bytes;
    EFI_STATUS status = device->ReadBlocks(device, media->MediaId, block, blocks_bytes, bounce);
    if (EFI_ERROR(status)) return status;
    *size_bytes = blocks_bytes - before < wanted ? blocks_bytes - before : wanted;
    memcpy(buffer, (uint8_t *)bounce + before, *size_bytes);
    return status;
}
