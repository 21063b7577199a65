#include "serial.h"

#include "clock.h"
#include "firmware.h"
#include "uefi/serial.h"

enum { PATIENCE_SECONDS = 30 };

static EFI_SERIAL_IO_PROTOCOL *find_port(void) {
    static const EFI_GUID guid = EFI_SERIAL_IO_PROTOCOL_GUID;
    static EFI_SERIAL_IO_PROTOCOL *port;
    static bool looked;
    if (!looked) port = firmware_protocol(&guid);
    looked = true;
    return port;
}

bool serial_is_present(void) { return find_port() != NULL; }

// Asking makes the driver go on with what it has kept.
static bool is_clear(EFI_SERIAL_IO_PROTOCOL *port) {
    uint32_t control;
    return EFI_ERROR(port->GetControl(port, &control)) ||
           (control & EFI_SERIAL_OUTPUT_BUFFER_EMPTY) != 0;
}

void serial_wait(void) {
    static bool gave_up;
    EFI_SERIAL_IO_PROTOCOL *port = find_port();
    if (port == NULL) return;
    bool clear = is_clear(port);
    if (!clear && !gave_up) {
        uint64_t start = clock_ticks();
        do {
            clear = is_clear(port);
        } while (!clear && clock_seconds(clock_ticks() - start) < PATIENCE_SECONDS);
    }
    gave_up = !clear;
}

void serial_put(char byte) {
    EFI_SERIAL_IO_PROTOCOL *port = find_port();
    if (port == NULL) return;
    UINTN size = 1;
    serial_wait();
    port->Write(port, &size, &byte);
}
