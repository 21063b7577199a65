#include "volumes.h"

#include <stdbool.h>

#include "firmware.h"
#include "uefi/blocks.h"

static const EFI_GUID system_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

unsigned volumes_find(EFI_HANDLE volumes[VOLUMES_MAX]) {
    EFI_HANDLE *handles, boot = firmware_boot_device();
    UINTN all = firmware_handles(&system_guid, &handles);
    unsigned count = 0;
    for (UINTN i = 0; i < all; i++) {
        if (handles[i] == boot) volumes[count++] = boot;
    }
    for (UINTN i = 0; i < all && count < VOLUMES_MAX; i++) {
        if (handles[i] != boot) volumes[count++] = handles[i];
    }
    if (all > 0) firmware->BootServices->FreePool(handles);
    return count;
}

EFI_FILE_PROTOCOL *volume_root(EFI_HANDLE handle) {
    void *system;
    EFI_FILE_PROTOCOL *root;
    if (EFI_ERROR(firmware->BootServices->HandleProtocol(handle, &system_guid, &system))) return NULL;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume = system;
    return EFI_ERROR(volume->OpenVolume(volume, &root)) ? NULL : root;
}

enum contents { UNREADABLE, WITHOUT_SETTINGS, WITH_SETTINGS };

static enum contents look_at(EFI_HANDLE volume) {
    EFI_FILE_PROTOCOL *root = volume_root(volume), *file;
    if (root == NULL) return UNREADABLE;
    EFI_STATUS status = root->Open(root, &file, L"llama2.cfg", EFI_FILE_MODE_READ, 0);
    if (!EFI_ERROR(status)) file->Close(file);
    root->Close(root);
    return EFI_ERROR(status) ? WITHOUT_SETTINGS : WITH_SETTINGS;
}

// Firmware in a hurry gives drivers to nothing but what it boots from.
static void connect_disks(void) {
    static const EFI_GUID block_guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_BOOT_SERVICES *services = firmware->BootServices;
    EFI_HANDLE *handles;
    UINTN count = firmware_handles(&block_guid, &handles);
    for (UINTN i = 0; i < count; i++) services->ConnectController(handles[i], NULL, NULL, 1);
    if (count > 0) services->FreePool(handles);
}

static EFI_HANDLE find_home(void) {
    EFI_HANDLE volumes[VOLUMES_MAX], readable = NULL, boot = firmware_boot_device();
    if (boot != NULL && look_at(boot) == WITH_SETTINGS) return boot;
    connect_disks();
    unsigned count = volumes_find(volumes);
    for (unsigned i = 0; i < count; i++) {
        enum contents contents = look_at(volumes[i]);
        if (contents == WITH_SETTINGS) return volumes[i];
        if (contents == WITHOUT_SETTINGS && readable == NULL) readable = volumes[i];
    }
    return readable;
}

EFI_HANDLE volume_home(void) {
    static EFI_HANDLE home;
    if (home == NULL) home = find_home();
    return home;
}
