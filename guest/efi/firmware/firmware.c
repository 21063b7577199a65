#include "firmware.h"

#include "uefi/files.h"

EFI_HANDLE firmware_image;
EFI_SYSTEM_TABLE *firmware;

void firmware_set_up(EFI_HANDLE image, EFI_SYSTEM_TABLE *system) {
    firmware_image = image;
    firmware = system;
    system->BootServices->SetWatchdogTimer(0, 0, 0, NULL);
}

void *firmware_protocol(const EFI_GUID *protocol) {
    void *interface;
    EFI_STATUS status = firmware->BootServices->LocateProtocol(protocol, NULL, &interface);
    return EFI_ERROR(status) ? NULL : interface;
}

UINTN firmware_handles(const EFI_GUID *protocol, EFI_HANDLE **handles) {
    UINTN count = 0;
    EFI_STATUS status =
        firmware->BootServices->LocateHandleBuffer(ByProtocol, protocol, NULL, &count, handles);
    return EFI_ERROR(status) ? 0 : count;
}

EFI_HANDLE firmware_boot_device(void) {
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    void *image;
    if (EFI_ERROR(firmware->BootServices->HandleProtocol(firmware_image, &guid, &image))) return NULL;
    return ((EFI_LOADED_IMAGE_PROTOCOL *)image)->DeviceHandle;
}
