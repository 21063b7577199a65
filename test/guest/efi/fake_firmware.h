// A firmware that a test makes up: the tables, empty but for what the test puts there, and protocols on
// handles.
#ifndef ZOSIA_FAKE_FIRMWARE_H
#define ZOSIA_FAKE_FIRMWARE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/firmware.h"

// Nothing that the firmware is made of is given back; what the application takes is counted.
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; }

struct fake_protocol {
    EFI_HANDLE handle;
    EFI_GUID guid;
    void *interface;
};

enum { FAKE_PROTOCOLS_MAX = 64 };

static struct fake_protocol fake_protocols[FAKE_PROTOCOLS_MAX];
static unsigned fake_protocol_count;

static inline void fake_install(EFI_HANDLE handle, EFI_GUID guid, void *interface) {
    if (fake_protocol_count == FAKE_PROTOCOLS_MAX) abort();
    fake_protocols[fake_protocol_count++] = (struct fake_protocol){handle, guid, interface};
}

static EFI_STATUS EFIAPI fake_handle_protocol(EFI_HANDLE handle, const EFI_GUID *guid, void **interface) {
    for (unsigned i = 0; i < fake_protocol_count; i++) {
        struct fake_protocol *p = &fake_protocols[i];
        if (p->handle != handle || memcmp(&p->guid, guid, sizeof *guid) != 0) continue;
        *interface = p->interface;
        return EFI_SUCCESS;
    }
    return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI fake_locate_protocol(const EFI_GUID *guid, void *registration, void **interface) {
    (void)registration;
    for (unsigned i = 0; i < fake_protocol_count; i++) {
        if (memcmp(&fake_protocols[i].guid, guid, sizeof *guid) != 0) continue;
        *interface = fake_protocols[i].interface;
        return EFI_SUCCESS;
    }
    return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI fake_locate_handle(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *guid, void *key,
                                            UINTN *bytes, EFI_HANDLE *handles) {
    (void)key;
    UINTN room = *bytes / sizeof *handles, count = 0;
    if (type != ByProtocol) return EFI_INVALID_PARAMETER;
    for (unsigned i = 0; i < fake_protocol_count; i++) {
        if (memcmp(&fake_protocols[i].guid, guid, sizeof *guid) != 0) continue;
        if (count < room) handles[count] = fake_protocols[i].handle;
        count++;
    }
    *bytes = count * sizeof *handles;
    if (count == 0) return EFI_NOT_FOUND;
    return count > room ? EFI_BUFFER_TOO_SMALL : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_free_pool(void *buffer) {
    free(buffer);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_locate_handle_buffer(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *guid,
                                                   void *key, UINTN *count, EFI_HANDLE **handles) {
    UINTN bytes = FAKE_PROTOCOLS_MAX * sizeof(EFI_HANDLE);
    *handles = malloc(bytes);
    EFI_STATUS status = fake_locate_handle(type, guid, key, &bytes, *handles);
    *count = bytes / sizeof(EFI_HANDLE);
    if (status != EFI_SUCCESS) free(*handles);
    return status;
}

static unsigned fake_connections;

static EFI_STATUS EFIAPI fake_connect(EFI_HANDLE controller, EFI_HANDLE *drivers, void *path,
                                      BOOLEAN recursive) {
    (void)controller;
    (void)drivers;
    (void)path;
    (void)recursive;
    fake_connections++;
    return EFI_SUCCESS;
}

// Pages that are still out. With address sanitising, their ends are watched.
static unsigned fake_allocations;
// More than this in one piece is refused.
static UINTN fake_pages_max = (UINTN)1 << 40;

// What had to be below 4 GiB, which here is anywhere.
enum { FAKE_LOW_MAX = 64 };
static struct {
    uint8_t *start;
    UINTN bytes;
} fake_low[FAKE_LOW_MAX];
static unsigned fake_low_count;

static inline bool fake_is_low(const void *buffer, UINTN bytes) {
    const uint8_t *start = buffer;
    for (unsigned i = 0; i < fake_low_count; i++) {
        if (start >= fake_low[i].start && start + bytes <= fake_low[i].start + fake_low[i].bytes)
            return true;
    }
    return false;
}

static EFI_STATUS EFIAPI fake_allocate_pages(EFI_ALLOCATE_TYPE type, EFI_MEMORY_TYPE memory, UINTN pages,
                                             EFI_PHYSICAL_ADDRESS *address) {
    (void)memory;
    void *block = pages > fake_pages_max ? NULL : aligned_alloc(EFI_PAGE_SIZE, pages * EFI_PAGE_SIZE);
    if (block == NULL) return EFI_OUT_OF_RESOURCES;
    if (type == AllocateMaxAddress) {
        if (*address != UINT32_MAX) abort();
        if (fake_low_count == FAKE_LOW_MAX) abort();
        fake_low[fake_low_count].start = block;
        fake_low[fake_low_count++].bytes = pages * EFI_PAGE_SIZE;
    }
    fake_allocations++;
    *address = (EFI_PHYSICAL_ADDRESS)(uintptr_t)block;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_free_pages(EFI_PHYSICAL_ADDRESS address, UINTN pages) {
    (void)pages;
    fake_allocations--;
    free((void *)(uintptr_t)address);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_stall(UINTN microseconds) {
    (void)microseconds;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_set_watchdog(UINTN seconds, uint64_t code, UINTN bytes, CHAR16 *data) {
    (void)seconds;
    (void)code;
    (void)bytes;
    (void)data;
    return EFI_SUCCESS;
}

static EFI_BOOT_SERVICES fake_boot_services = {
    .HandleProtocol = fake_handle_protocol,
    .LocateProtocol = fake_locate_protocol,
    .LocateHandle = fake_locate_handle,
    .LocateHandleBuffer = fake_locate_handle_buffer,
    .ConnectController = fake_connect,
    .FreePool = fake_free_pool,
    .AllocatePages = fake_allocate_pages,
    .FreePages = fake_free_pages,
    .Stall = fake_stall,
    .SetWatchdogTimer = fake_set_watchdog,
};
static EFI_RUNTIME_SERVICES fake_runtime_services;
static EFI_SYSTEM_TABLE fake_system = {
    .RuntimeServices = &fake_runtime_services,
    .BootServices = &fake_boot_services,
};

// The application's image, and the device that it was started from.
static inline void fake_set_up(void) { firmware_set_up((EFI_HANDLE)1, &fake_system); }

#endif
