// UEFI 2.10, 9.1, 13.4 and 13.5: where the application came from, and the files beside it.
#ifndef ZOSIA_UEFI_FILES_H
#define ZOSIA_UEFI_FILES_H

#include "system_table.h"

// 9.1.1.
#define EFI_LOADED_IMAGE_PROTOCOL_GUID \
    { \
        0x5b1b31a1, 0x9562, 0x11d2, { 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } \
    }

typedef struct {
    uint32_t Revision;
    EFI_HANDLE ParentHandle;
    EFI_SYSTEM_TABLE *SystemTable;
    EFI_HANDLE DeviceHandle;
    // The file's path, the load options and the image's place in memory follow; none is used.
} EFI_LOADED_IMAGE_PROTOCOL;

// 13.5.1, EFI_FILE_PROTOCOL.
#define EFI_FILE_MODE_READ 1ull
#define EFI_FILE_MODE_WRITE 2ull
#define EFI_FILE_MODE_CREATE 0x8000000000000000ull

typedef struct EFI_FILE_PROTOCOL EFI_FILE_PROTOCOL;
struct EFI_FILE_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *Open)
    (EFI_FILE_PROTOCOL *, EFI_FILE_PROTOCOL **file, const CHAR16 *name, uint64_t mode, uint64_t attributes);
    EFI_STATUS(EFIAPI *Close)(EFI_FILE_PROTOCOL *);
    // Closes the file, too, whatever becomes of it.
    EFI_STATUS(EFIAPI *Delete)(EFI_FILE_PROTOCOL *);
    EFI_STATUS(EFIAPI *Read)(EFI_FILE_PROTOCOL *, UINTN *sizeBytes, void *buffer);
    EFI_STATUS(EFIAPI *Write)(EFI_FILE_PROTOCOL *, UINTN *sizeBytes, const void *buffer);
    void *GetPosition;
    EFI_STATUS(EFIAPI *SetPosition)(EFI_FILE_PROTOCOL *, uint64_t position);
    EFI_STATUS(EFIAPI *GetInfo)
    (EFI_FILE_PROTOCOL *, const EFI_GUID *type, UINTN *sizeBytes, void *buffer);
    EFI_STATUS(EFIAPI *SetInfo)
    (EFI_FILE_PROTOCOL *, const EFI_GUID *type, UINTN sizeBytes, const void *buffer);
    EFI_STATUS(EFIAPI *Flush)(EFI_FILE_PROTOCOL *);
};

// 13.5.16, EFI_FILE_INFO.
#define EFI_FILE_INFO_ID \
    { \
        0x09576e92, 0x6d3f, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } \
    }

enum { EFI_FILE_DIRECTORY = 0x10 };

typedef struct {
    uint64_t Size;
    uint64_t FileSize;
    uint64_t PhysicalSize;
    EFI_TIME CreateTime;
    EFI_TIME LastAccessTime;
    EFI_TIME ModificationTime;
    uint64_t Attribute;
    CHAR16 FileName[];
} EFI_FILE_INFO;

// 13.4.1.
#define EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID \
    { \
        0x964e5b22, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } \
    }

typedef struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *OpenVolume)
    (struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *, EFI_FILE_PROTOCOL **root);
} EFI_SIMPLE_FILE_SYSTEM_PROTOCOL;

#endif
