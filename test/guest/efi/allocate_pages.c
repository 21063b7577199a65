// allocate_pages: memory of a firmware that has it in free pieces of so many MiB, none beside another.
//
//     allocate_pages FREE,FREE,... PART,PART,...
//
// FREE and PART in MiB. Prints each piece that holds parts: its offset, its size and whether it starts at 2 MiB;
// or the failure. Then how much is free when all is given back.

#include "fake_firmware.h"
#include "firmware/pieces.h"

enum { RANGES_MAX = 256, PARTS_MAX = 256 };

#define MIB (1ull << 20)

// Of addresses; there is no memory behind them.
static struct range { uint64_t start, bytes; } ranges[RANGES_MAX];
static unsigned range_count;
static uint8_t map[1 << 16];

static EFI_STATUS EFIAPI allocate(EFI_ALLOCATE_TYPE type, EFI_MEMORY_TYPE memory, UINTN pages,
                                  EFI_PHYSICAL_ADDRESS *address) {
    (void)type;
    (void)memory;
    if (pages <= sizeof map / EFI_PAGE_SIZE) {
        *address = (uintptr_t)map; // for the map, which is the only small one
        return EFI_SUCCESS;
    }
    uint64_t bytes = (uint64_t)pages * EFI_PAGE_SIZE;
    for (unsigned i = 0; i < range_count; i++) {
        struct range *range = &ranges[i];
        if (range->bytes < bytes) continue;
        // From its end, as edk2 does.
        range->bytes -= bytes;
        *address = range->start + range->bytes;
        return EFI_SUCCESS;
    }
    return EFI_OUT_OF_RESOURCES;
}

static EFI_STATUS EFIAPI release(EFI_PHYSICAL_ADDRESS address, UINTN pages) {
    if (address == (uintptr_t)map) return EFI_SUCCESS;
    if (range_count == RANGES_MAX || pages == 0) abort();
    struct range freed = {address, (uint64_t)pages * EFI_PAGE_SIZE};
    for (unsigned i = 0; i < range_count; i++) {
        bool apart = freed.start >= ranges[i].start + ranges[i].bytes ||
                     ranges[i].start >= freed.start + freed.bytes;
        if (!apart) abort(); // given back twice
    }
    ranges[range_count++] = freed;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_map(UINTN *bytes, EFI_MEMORY_DESCRIPTOR *to, UINTN *key, UINTN *size,
                                 uint32_t *version) {
    (void)key;
    (void)version;
    UINTN needed = (range_count + 1) * sizeof *to, room = *bytes;
    *size = sizeof *to;
    *bytes = needed;
    if (room < needed) return EFI_BUFFER_TOO_SMALL;
    // In the order of their addresses.
    for (unsigned i = 0; i < range_count; i++) {
        for (unsigned j = i + 1; j < range_count; j++) {
            if (ranges[j].start >= ranges[i].start) continue;
            struct range other = ranges[i];
            ranges[i] = ranges[j];
            ranges[j] = other;
        }
    }
    for (unsigned i = 0; i < range_count; i++) {
        to[i] = (EFI_MEMORY_DESCRIPTOR){EfiConventionalMemory, ranges[i].start, 0,
                                        ranges[i].bytes / EFI_PAGE_SIZE, 0};
    }
    to[range_count] = (EFI_MEMORY_DESCRIPTOR){0, 0, 0, 1, 0};
    return EFI_SUCCESS;
}

static unsigned read_list(char *text, uint64_t *numbers, unsigned capacity) {
    unsigned count = 0;
    for (char *at = strtok(text, ","); at != NULL && count < capacity; at = strtok(NULL, ",")) {
        numbers[count++] = strtoull(at, NULL, 10);
    }
    return count;
}

int main(int count, char **arguments) {
    static uint64_t parts[PARTS_MAX], sizes[RANGES_MAX];
    if (count != 3) return 2;
    unsigned ranges_given = read_list(arguments[1], sizes, RANGES_MAX);
    uint64_t at = 1ull << 40, all = 0;
    for (unsigned i = 0; i < ranges_given; i++) {
        ranges[range_count++] = (struct range){at + 3 * EFI_PAGE_SIZE, sizes[i] * MIB};
        at += sizes[i] * MIB + 16 * MIB;
        all += sizes[i] * MIB;
    }
    unsigned part_count = read_list(arguments[2], parts, PARTS_MAX);
    for (unsigned i = 0; i < part_count; i++) parts[i] *= MIB;
    fake_boot_services.AllocatePages = allocate;
    fake_boot_services.FreePages = release;
    fake_boot_services.GetMemoryMap = get_map;
    fake_set_up();
    static struct pieces pieces;
    struct failure failure;
    if (pieces_allocate(&pieces, parts, part_count, "the weights", &failure)) {
        for (unsigned i = 0; i < pieces.count; i++) {
            const struct memory_piece *piece = &pieces.of[i];
            bool found = pieces_at(&pieces, piece->offset) == piece->memory &&
                         pieces_at(&pieces, piece->offset + piece->size_bytes - 1) ==
                             piece->memory + piece->size_bytes - 1;
            printf("%llu+%llu%s%s\n", (unsigned long long)(piece->offset / MIB),
                   (unsigned long long)(piece->size_bytes / MIB),
                   (uintptr_t)piece->memory % (2 * MIB) == 0 ? " huge" : "", found ? "" : " lost");
        }
        pieces_release(&pieces);
    } else {
        printf("%s\n", failure.text);
    }
    uint64_t free_bytes = 0;
    for (unsigned i = 0; i < range_count; i++) free_bytes += ranges[i].bytes;
    printf(free_bytes == all ? "all given back\n" : "%llu bytes kept\n",
           (unsigned long long)(all - free_bytes));
    return 0;
}
