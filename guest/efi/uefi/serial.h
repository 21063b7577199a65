// UEFI 2.10, 12.8: the serial I/O protocol.
#ifndef ZOSIA_UEFI_SERIAL_H
#define ZOSIA_UEFI_SERIAL_H

#include "base.h"

#define EFI_SERIAL_IO_PROTOCOL_GUID \
    { \
        0xbb25cf6f, 0xf1d4, 0x11d2, { 0x9a, 0x0c, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0xfd } \
    }

typedef struct EFI_SERIAL_IO_PROTOCOL {
    uint32_t Revision;
    void *Reset;
    void *SetAttributes;
    void *SetControl;
    EFI_STATUS(EFIAPI *GetControl)(struct EFI_SERIAL_IO_PROTOCOL *, uint32_t *control);
    EFI_STATUS(EFIAPI *Write)(struct EFI_SERIAL_IO_PROTOCOL *, UINTN *sizeBytes, const void *buffer);
    EFI_STATUS(EFIAPI *Read)(struct EFI_SERIAL_IO_PROTOCOL *, UINTN *sizeBytes, void *buffer);
    // The mode follows; it is not used.
} EFI_SERIAL_IO_PROTOCOL;

// Among the control bits.
enum { EFI_SERIAL_INPUT_BUFFER_EMPTY = 0x100, EFI_SERIAL_OUTPUT_BUFFER_EMPTY = 0x200 };

#endif
