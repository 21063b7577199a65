#include "pages.h"

#include "firmware.h"

static uint64_t pages_of(uint64_t size_bytes) {
    return size_bytes / EFI_PAGE_SIZE + (size_bytes % EFI_PAGE_SIZE != 0);
}

static struct free_memory add_up(const uint8_t *map, UINTN map_bytes, UINTN descriptor_bytes) {
    struct free_memory memory = {0, 0};
    uint64_t run_bytes = 0, run_end = 0; // neighbouring descriptors are one piece
    for (UINTN at = 0; at + descriptor_bytes <= map_bytes; at += descriptor_bytes) {
        const EFI_MEMORY_DESCRIPTOR *descriptor = (const void *)(map + at);
        if (descriptor->Type != EfiConventionalMemory) continue;
        uint64_t bytes = descriptor->NumberOfPages * EFI_PAGE_SIZE;
        run_bytes = descriptor->PhysicalStart == run_end ? run_bytes + bytes : bytes;
        run_end = descriptor->PhysicalStart + bytes;
        memory.bytes += bytes;
        if (run_bytes > memory.largest_bytes) memory.largest_bytes = run_bytes;
    }
    return memory;
}

struct free_memory pages_free_memory(void) {
    EFI_BOOT_SERVICES *services = firmware->BootServices;
    UINTN map_bytes = 0, key, descriptor_bytes;
    uint32_t version;
    struct free_memory memory = {0, 0};
    services->GetMemoryMap(&map_bytes, NULL, &key, &descriptor_bytes, &version);
    map_bytes += 16 * descriptor_bytes; // allocating the map may make it longer
    uint64_t pages = pages_of(map_bytes);
    EFI_PHYSICAL_ADDRESS address = 0;
    if (EFI_ERROR(services->AllocatePages(AllocateAnyPages, EfiLoaderData, pages, &address))) {
        return memory;
    }
    uint8_t *map = (uint8_t *)(uintptr_t)address;
    EFI_STATUS status =
        services->GetMemoryMap(&map_bytes, (EFI_MEMORY_DESCRIPTOR *)map, &key, &descriptor_bytes, &version);
    if (!EFI_ERROR(status)) memory = add_up(map, map_bytes, descriptor_bytes);
    services->FreePages(address, pages);
    return memory;
}

// What processors map by one entry: for weights, which are read from end to end for every token.
enum { HUGE_PAGE_BYTES = 2 << 20 };

static bool allocate_any(EFI_PHYSICAL_ADDRESS *address, uint64_t pages) {
    return pages <= UINTPTR_MAX && !EFI_ERROR(firmware->BootServices->AllocatePages(
                                       AllocateAnyPages, EfiLoaderData, (UINTN)pages, address));
}

// Takes more than needed, and gives back what is before the border and behind the end.
static bool allocate_huge(EFI_PHYSICAL_ADDRESS *address, uint64_t pages) {
    const uint64_t slack = HUGE_PAGE_BYTES / EFI_PAGE_SIZE - 1;
    EFI_PHYSICAL_ADDRESS start;
    EFI_BOOT_SERVICES *services = firmware->BootServices;
    if (!allocate_any(&start, pages + slack)) return false;
    *address = (start + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    uint64_t before = (*address - start) / EFI_PAGE_SIZE;
    if (before > 0) services->FreePages(start, (UINTN)before);
    if (before < slack) {
        services->FreePages(*address + pages * EFI_PAGE_SIZE, (UINTN)(slack - before));
    }
    return true;
}

bool pages_try(void **memory, uint64_t size_bytes) {
    EFI_PHYSICAL_ADDRESS address = 0;
    uint64_t pages = pages_of(size_bytes);
    bool done =
        (size_bytes >= HUGE_PAGE_BYTES && allocate_huge(&address, pages)) || allocate_any(&address, pages);
    if (done) *memory = (void *)(uintptr_t)address;
    return done;
}

bool pages_fail(uint64_t size_bytes, const char *purpose, struct failure *failure) {
    struct free_memory available = pages_free_memory();
    return fail(failure,
                "no memory for %s: %llu MiB in one piece are needed, and the largest free "
                "piece has %llu MiB",
                purpose, (unsigned long long)(size_bytes >> 20) + 1,
                (unsigned long long)available.largest_bytes >> 20);
}

bool pages_allocate(void **memory, uint64_t size_bytes, const char *purpose, struct failure *failure) {
    return pages_try(memory, size_bytes) || pages_fail(size_bytes, purpose, failure);
}

bool pages_allocate_low(void **memory, uint64_t size_bytes, const char *purpose, struct failure *failure) {
    EFI_PHYSICAL_ADDRESS address = UINT32_MAX;
    EFI_STATUS status = firmware->BootServices->AllocatePages(AllocateMaxAddress, EfiLoaderData,
                                                              (UINTN)pages_of(size_bytes), &address);
    if (EFI_ERROR(status)) return pages_allocate(memory, size_bytes, purpose, failure);
    *memory = (void *)(uintptr_t)address;
    return true;
}

void pages_release(void *memory, uint64_t size_bytes) {
    firmware->BootServices->FreePages((EFI_PHYSICAL_ADDRESS)(uintptr_t)memory, (UINTN)pages_of(size_bytes));
}
