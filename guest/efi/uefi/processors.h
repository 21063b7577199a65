// UEFI Platform Initialization Specification 1.7, volume 2, 13.4: the MP services protocol.
#ifndef ZOSIA_UEFI_PROCESSORS_H
#define ZOSIA_UEFI_PROCESSORS_H

#include "base.h"

#define EFI_MP_SERVICES_PROTOCOL_GUID \
    { \
        0x3fdda605, 0xa76e, 0x4f46, { 0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08 } \
    }

typedef void(EFIAPI *EFI_AP_PROCEDURE)(void *argument);

typedef struct EFI_MP_SERVICES_PROTOCOL EFI_MP_SERVICES_PROTOCOL;
struct EFI_MP_SERVICES_PROTOCOL {
    EFI_STATUS(EFIAPI *GetNumberOfProcessors)
    (EFI_MP_SERVICES_PROTOCOL *, UINTN *processors, UINTN *enabledProcessors);
    void *GetProcessorInfo;
    // With `finished` it returns at once, and the event is signalled when all have returned.
    EFI_STATUS(EFIAPI *StartupAllAPs)
    (EFI_MP_SERVICES_PROTOCOL *, EFI_AP_PROCEDURE procedure, BOOLEAN singleThread, EFI_EVENT finished,
     UINTN timeoutMicroseconds, void *argument, UINTN **failedProcessors);
    EFI_STATUS(EFIAPI *StartupThisAP)
    (EFI_MP_SERVICES_PROTOCOL *, EFI_AP_PROCEDURE procedure, UINTN processor, EFI_EVENT finished,
     UINTN timeoutMicroseconds, void *argument, BOOLEAN *hasFinished);
    // Switching and enabling processors follow; none is used.
};

#endif
