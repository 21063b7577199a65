// UEFI 2.10, 13.9 and chapter 10: disks as blocks, and the paths that devices have.
#ifndef ZOSIA_UEFI_BLOCKS_H
#define ZOSIA_UEFI_BLOCKS_H

#include "base.h"

// 13.9.1.
#define EFI_BLOCK_IO_PROTOCOL_GUID \
    { \
        0x964e5b21, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } \
    }

typedef struct {
    uint32_t MediaId;
    BOOLEAN RemovableMedia;
    BOOLEAN MediaPresent;
    BOOLEAN LogicalPartition;
    BOOLEAN ReadOnly;
    BOOLEAN WriteCaching;
    uint32_t BlockSize;
    uint32_t IoAlign; // of buffers; 0 and 1 stand for any
    uint64_t LastBlock;
    // What later revisions have follows; none is used.
} EFI_BLOCK_IO_MEDIA;

typedef struct EFI_BLOCK_IO_PROTOCOL EFI_BLOCK_IO_PROTOCOL;
struct EFI_BLOCK_IO_PROTOCOL {
    uint64_t Revision;
    EFI_BLOCK_IO_MEDIA *Media;
    void *Reset;
    EFI_STATUS(EFIAPI *ReadBlocks)
    (EFI_BLOCK_IO_PROTOCOL *, uint32_t media, uint64_t block, UINTN sizeBytes, void *buffer);
    // Writing and flushing follow; neither is used.
};

// 10.2. A path is a sequence of nodes; the last one is of the type END.
#define EFI_DEVICE_PATH_PROTOCOL_GUID \
    { \
        0x09576e91, 0x6d3f, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } \
    }

typedef struct {
    uint8_t Type;
    uint8_t SubType;
    uint8_t Length[2]; // of the node, these four bytes included
} EFI_DEVICE_PATH_PROTOCOL;

enum { EFI_DEVICE_PATH_END = 0x7f };

#endif
