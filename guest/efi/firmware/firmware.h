// The firmware that started the application, for the other files of this folder.
#ifndef ZOSIA_FIRMWARE_H
#define ZOSIA_FIRMWARE_H

#include "uefi/system_table.h"

extern EFI_HANDLE firmware_image;
extern EFI_SYSTEM_TABLE *firmware;

// Comes before everything else. Switches the watchdog off, which would reset the machine after five
// minutes (UEFI 2.10, 3.1.2).
void firmware_set_up(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

// NULL if no device speaks the protocol.
void *firmware_protocol(const EFI_GUID *protocol);

// All that speak it; 0 if none does. Given back by FreePool unless there are 0.
UINTN firmware_handles(const EFI_GUID *protocol, EFI_HANDLE **handles);

// The device that the application was started from; NULL if the firmware does not say.
EFI_HANDLE firmware_boot_device(void);

#endif
