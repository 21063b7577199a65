// The smallest application: when the llama2 application shows nothing, this tells whether the firmware
// finds and starts anything on the disk at all.

#include "uefi/system_table.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system) {
    (void)image;
    UINTN index;
    // It would reset the machine after five minutes (UEFI 2.10, 3.1.2).
    system->BootServices->SetWatchdogTimer(0, 0, 0, NULL);
    system->ConOut->OutputString(system->ConOut,
                                 L"Hello from zosia, under UEFI. Press any key to leave.\r\n");
    return system->BootServices->WaitForEvent(1, &system->ConIn->WaitForKey, &index);
}
