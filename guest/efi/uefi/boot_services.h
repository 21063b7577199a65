// UEFI 2.10, 4.4 and chapter 7: the boot services table.
#ifndef ZOSIA_UEFI_BOOT_SERVICES_H
#define ZOSIA_UEFI_BOOT_SERVICES_H

#include "base.h"

// 7.2.1, EFI_ALLOCATE_TYPE and EFI_MEMORY_TYPE.
typedef enum { AllocateAnyPages, AllocateMaxAddress } EFI_ALLOCATE_TYPE;
typedef enum { EfiLoaderData = 2, EfiConventionalMemory = 7 } EFI_MEMORY_TYPE;

enum { EFI_PAGE_SIZE = 4096 };

// 7.2.3. The firmware's descriptors may be longer than this one: their size comes with the map.
typedef struct {
    uint32_t Type;
    EFI_PHYSICAL_ADDRESS PhysicalStart;
    uint64_t VirtualStart;
    uint64_t NumberOfPages;
    uint64_t Attribute;
} EFI_MEMORY_DESCRIPTOR;

// 7.1, EFI_TIMER_DELAY and the type of an event that a timer signals.
typedef enum { TimerCancel, TimerPeriodic, TimerRelative } EFI_TIMER_DELAY;
enum { EVT_TIMER = 0x80000000 };

// 7.3, EFI_LOCATE_SEARCH_TYPE and EFI_OPEN_PROTOCOL_INFORMATION_ENTRY.
typedef enum { AllHandles, ByRegisterNotify, ByProtocol } EFI_LOCATE_SEARCH_TYPE;

typedef struct {
    EFI_HANDLE AgentHandle;
    EFI_HANDLE ControllerHandle;
    uint32_t Attributes;
    uint32_t OpenCount;
} EFI_OPEN_PROTOCOL_INFORMATION_ENTRY;

enum { EFI_OPEN_PROTOCOL_BY_DRIVER = 0x10 };

typedef struct {
    EFI_TABLE_HEADER Hdr;
    void *RaiseTPL;
    void *RestoreTPL;
    EFI_STATUS(EFIAPI *AllocatePages)
    (EFI_ALLOCATE_TYPE type, EFI_MEMORY_TYPE memory, UINTN pages, EFI_PHYSICAL_ADDRESS *address);
    EFI_STATUS(EFIAPI *FreePages)(EFI_PHYSICAL_ADDRESS address, UINTN pages);
    EFI_STATUS(EFIAPI *GetMemoryMap)
    (UINTN *mapSize, EFI_MEMORY_DESCRIPTOR *map, UINTN *key, UINTN *descriptorSize,
     uint32_t *descriptorVersion);
    void *AllocatePool;
    EFI_STATUS(EFIAPI *FreePool)(void *buffer);
    EFI_STATUS(EFIAPI *CreateEvent)
    (uint32_t type, UINTN notifyTpl, void *notify, void *context, EFI_EVENT *event);
    EFI_STATUS(EFIAPI *SetTimer)(EFI_EVENT event, EFI_TIMER_DELAY type, uint64_t hundredNanoseconds);
    EFI_STATUS(EFIAPI *WaitForEvent)(UINTN count, EFI_EVENT *events, UINTN *index);
    void *SignalEvent;
    EFI_STATUS(EFIAPI *CloseEvent)(EFI_EVENT event);
    EFI_STATUS(EFIAPI *CheckEvent)(EFI_EVENT event);
    void *InstallProtocolInterface;
    void *ReinstallProtocolInterface;
    void *UninstallProtocolInterface;
    EFI_STATUS(EFIAPI *HandleProtocol)
    (EFI_HANDLE handle, const EFI_GUID *protocol, void **interface);
    void *Reserved;
    void *RegisterProtocolNotify;
    EFI_STATUS(EFIAPI *LocateHandle)
    (EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol, void *key, UINTN *sizeBytes,
     EFI_HANDLE *handles);
    void *LocateDevicePath;
    void *InstallConfigurationTable;
    void *LoadImage;
    void *StartImage;
    void *Exit;
    void *UnloadImage;
    void *ExitBootServices;
    void *GetNextMonotonicCount;
    EFI_STATUS(EFIAPI *Stall)(UINTN microseconds);
    EFI_STATUS(EFIAPI *SetWatchdogTimer)
    (UINTN seconds, uint64_t code, UINTN dataSize, CHAR16 *data);
    EFI_STATUS(EFIAPI *ConnectController)
    (EFI_HANDLE controller, EFI_HANDLE *drivers, void *remainingDevicePath, BOOLEAN recursive);
    EFI_STATUS(EFIAPI *DisconnectController)
    (EFI_HANDLE controller, EFI_HANDLE driver, EFI_HANDLE child);
    void *OpenProtocol;
    void *CloseProtocol;
    EFI_STATUS(EFIAPI *OpenProtocolInformation)
    (EFI_HANDLE handle, const EFI_GUID *protocol, EFI_OPEN_PROTOCOL_INFORMATION_ENTRY **entries,
     UINTN *count);
    void *ProtocolsPerHandle;
    // The firmware allocates the list; FreePool gives it back.
    EFI_STATUS(EFIAPI *LocateHandleBuffer)
    (EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol, void *key, UINTN *count, EFI_HANDLE **handles);
    EFI_STATUS(EFIAPI *LocateProtocol)
    (const EFI_GUID *protocol, void *registration, void **interface);
    // Further services follow; none of them is used.
} EFI_BOOT_SERVICES;

#endif
