#include "serial.h"

#include "clock.h"
#include "firmware.h"
#include "uefi/serial.h"

// An end that has read before may pause. Where nothing was ever read there may be no end.
static const double PAUSE_SECONDS = 30, SILENCE_SECONDS = 0.25;
// More than the port itself holds, whatever it is: then somebody has read.
enum { CHARACTERS_HELD = 300 };

static const EFI_GUID serial_guid = EFI_SERIAL_IO_PROTOCOL_GUID;

// The first port, or NULL.
static EFI_HANDLE find_handle(void) {
    static EFI_HANDLE handles[16], found;
    static bool looked;
    UINTN size = sizeof handles;
    if (looked) return found;
    looked = true;
    EFI_STATUS status =
        firmware->BootServices->LocateHandle(ByProtocol, &serial_guid, NULL, &size, handles);
    if (!EFI_ERROR(status) && size > 0) found = handles[0];
    return found;
}

static EFI_SERIAL_IO_PROTOCOL *find_port(void) {
    static void *port;
    EFI_HANDLE handle = find_handle();
    if (port == NULL && handle != NULL) {
        firmware->BootServices->HandleProtocol(handle, &serial_guid, &port);
    }
    return port;
}

bool serial_is_present(void) { return find_port() != NULL; }

// Asking makes the driver go on with what it has kept.
static bool is_clear(EFI_SERIAL_IO_PROTOCOL *port) {
    uint32_t control;
    return EFI_ERROR(port->GetControl(port, &control)) || (control & EFI_SERIAL_OUTPUT_BUFFER_EMPTY) != 0;
}

static bool somebody_reads;

// Called each time that the port can take a character, most times after one that it was given.
static void note_clear(void) {
    static unsigned characters;
    if (characters < CHARACTERS_HELD) characters++;
    else somebody_reads = true;
}

void serial_wait(void) {
    static bool gave_up;
    EFI_SERIAL_IO_PROTOCOL *port = find_port();
    if (port == NULL) return;
    bool clear = is_clear(port);
    if (!clear && !gave_up) {
        uint64_t start = clock_ticks();
        double limit = somebody_reads ? PAUSE_SECONDS : SILENCE_SECONDS;
        do {
            clear = is_clear(port);
        } while (!clear && clock_seconds(clock_ticks() - start) < limit);
    }
    if (clear) note_clear();
    gave_up = !clear;
}

void serial_put(char byte) {
    EFI_SERIAL_IO_PROTOCOL *port = find_port();
    if (port == NULL) return;
    UINTN size = 1;
    serial_wait();
    port->Write(port, &size, &byte);
}

bool serial_get(uint8_t *byte) {
    EFI_SERIAL_IO_PROTOCOL *port = find_port();
    uint32_t control;
    UINTN size = 1;
    if (port == NULL || EFI_ERROR(port->GetControl(port, &control))) return false;
    if (control & EFI_SERIAL_INPUT_BUFFER_EMPTY) return false;
    bool has_come = !EFI_ERROR(port->Read(port, &size, byte)) && size == 1;
    if (has_come) somebody_reads = true;
    return has_come;
}

static bool has_driver(EFI_HANDLE handle) {
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    UINTN count;
    bool found = false;
    EFI_BOOT_SERVICES *services = firmware->BootServices;
    if (EFI_ERROR(services->OpenProtocolInformation(handle, &serial_guid, &entries, &count))) {
        return false;
    }
    for (UINTN i = 0; i < count; i++) {
        found |= (entries[i].Attributes & EFI_OPEN_PROTOCOL_BY_DRIVER) != 0;
    }
    services->FreePool(entries);
    return found;
}

static bool is_taken;

bool serial_take(void) {
    EFI_HANDLE handle = find_handle();
    is_taken =
        serial_is_console() && !EFI_ERROR(firmware->BootServices->DisconnectController(handle, NULL, NULL));
    return is_taken;
}

bool serial_is_console(void) {
    EFI_HANDLE handle = find_handle();
    return handle != NULL && has_driver(handle);
}

bool serial_is_taken(void) { return is_taken; }

void serial_give_back(void) {
    is_taken = false;
    firmware->BootServices->ConnectController(find_handle(), NULL, NULL, 1);
}
