// The types that all of UEFI is made of. Source, here and in the other headers of this folder: Unified
// Extensible Firmware Interface Specification, version 2.10; the section is named at each structure.
// Names are the specification's. Members that nothing here calls are `void *`: they hold the places.
#ifndef ZOSIA_UEFI_BASE_H
#define ZOSIA_UEFI_BASE_H

#include <stddef.h>
#include <stdint.h>

// 2.3.1, common UEFI data types. BOOLEAN is one byte.
typedef uint8_t BOOLEAN;
typedef uintptr_t UINTN;
typedef uint16_t CHAR16;
typedef UINTN EFI_STATUS;
typedef void *EFI_HANDLE;
typedef void *EFI_EVENT;
typedef uint64_t EFI_PHYSICAL_ADDRESS;

typedef struct {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} EFI_GUID;

// 2.3, calling conventions: on x86_64 Microsoft's, which is also the target's own; on aarch64 the
// architecture's.
#if defined(__x86_64__)
#define EFIAPI __attribute__((ms_abi))
#else
#define EFIAPI
#endif

// Appendix D, status codes: errors have the highest bit set, warnings do not.
#define EFI_ERROR_BIT ((EFI_STATUS)1 << (sizeof(EFI_STATUS) * 8 - 1))
#define EFI_SUCCESS ((EFI_STATUS)0)
#define EFI_LOAD_ERROR (EFI_ERROR_BIT | 1)
#define EFI_INVALID_PARAMETER (EFI_ERROR_BIT | 2)
#define EFI_UNSUPPORTED (EFI_ERROR_BIT | 3)
#define EFI_BAD_BUFFER_SIZE (EFI_ERROR_BIT | 4)
#define EFI_BUFFER_TOO_SMALL (EFI_ERROR_BIT | 5)
#define EFI_NOT_READY (EFI_ERROR_BIT | 6)
#define EFI_DEVICE_ERROR (EFI_ERROR_BIT | 7)
#define EFI_WRITE_PROTECTED (EFI_ERROR_BIT | 8)
#define EFI_OUT_OF_RESOURCES (EFI_ERROR_BIT | 9)
#define EFI_VOLUME_CORRUPTED (EFI_ERROR_BIT | 10)
#define EFI_VOLUME_FULL (EFI_ERROR_BIT | 11)
#define EFI_NO_MEDIA (EFI_ERROR_BIT | 12)
#define EFI_MEDIA_CHANGED (EFI_ERROR_BIT | 13)
#define EFI_NOT_FOUND (EFI_ERROR_BIT | 14)
#define EFI_ACCESS_DENIED (EFI_ERROR_BIT | 15)
#define EFI_TIMEOUT (EFI_ERROR_BIT | 18)
#define EFI_NOT_STARTED (EFI_ERROR_BIT | 19)
#define EFI_ABORTED (EFI_ERROR_BIT | 21)

static inline int EFI_ERROR(EFI_STATUS status) { return (status & EFI_ERROR_BIT) != 0; }

// 4.2, the header of every table.
typedef struct {
    uint64_t Signature;
    uint32_t Revision;
    uint32_t HeaderSize;
    uint32_t CRC32;
    uint32_t Reserved;
} EFI_TABLE_HEADER;

#endif
