#include "firmware.h"

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

void firmware_power_off(void) {
    firmware->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    for (;;) firmware->BootServices->Stall(1000000);
}
