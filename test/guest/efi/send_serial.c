// send_serial: sends characters to a serial port whose other end reads when it likes. Time is made up.
//
//     send_serial CHARACTERS [held=NUMBER] [pause-at=NUMBER] [pause=SECONDS] [dead] [typed]
//
// The port holds so many characters, and passes one on each tenth of a millisecond, but pauses when it has passed on
// so many. `dead` passes none on; `typed` has a byte come in first. Prints how many were lost and how long it
// took.

#include "fake_firmware.h"
#include "firmware/clock.h"
#include "firmware/serial.h"
#include "uefi/serial.h"

static uint64_t now; // in tenths of a millisecond
static unsigned held, kept, lost, passed, room = 16, pause_at = ~0u;
static uint64_t pause_until, pause_ticks;
static bool is_dead, is_typed;

static void pass_time(void) {
    now++;
    if (is_dead || now < pause_until) return;
    if (passed == pause_at && pause_until == 0) {
        pause_until = now + pause_ticks;
        return;
    }
    if (held > 0) {
        held--;
        passed++;
    }
}

uint64_t clock_ticks(void) {
    pass_time();
    return now;
}

double clock_seconds(uint64_t ticks) { return (double)ticks / 1e4; }

// As edk2's driver does: it keeps one that the port does not take.
static void go_on(void) {
    if (kept > 0 && held < room) {
        held++;
        kept--;
    }
}

static EFI_STATUS EFIAPI get_control(EFI_SERIAL_IO_PROTOCOL *port, uint32_t *control) {
    (void)port;
    pass_time();
    go_on();
    *control =
        (kept == 0 ? EFI_SERIAL_OUTPUT_BUFFER_EMPTY : 0) | (is_typed ? 0 : EFI_SERIAL_INPUT_BUFFER_EMPTY);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI write_bytes(EFI_SERIAL_IO_PROTOCOL *port, UINTN *size, const void *buffer) {
    (void)port;
    (void)buffer;
    go_on();
    if (kept > 0) {
        lost += (unsigned)*size;
        return EFI_TIMEOUT;
    }
    kept = 1;
    go_on();
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_bytes(EFI_SERIAL_IO_PROTOCOL *port, UINTN *size, void *buffer) {
    (void)port;
    *size = 1;
    *(uint8_t *)buffer = 'x';
    is_typed = false;
    return EFI_SUCCESS;
}

int main(int count, char **arguments) {
    static EFI_SERIAL_IO_PROTOCOL port = {
        .GetControl = get_control, .Write = write_bytes, .Read = read_bytes};
    if (count < 2) return 2;
    for (int i = 2; i < count; i++) {
        unsigned number = (unsigned)strtoul(
            strchr(arguments[i], '=') == NULL ? "0" : strchr(arguments[i], '=') + 1, NULL, 10);
        if (strncmp(arguments[i], "held=", 5) == 0) room = number;
        else if (strncmp(arguments[i], "pause-at=", 9) == 0) pause_at = number;
        else if (strncmp(arguments[i], "pause=", 6) == 0) pause_ticks = number * 10000ull;
        else if (strcmp(arguments[i], "dead") == 0) is_dead = true;
        else if (strcmp(arguments[i], "typed") == 0) is_typed = true;
    }
    fake_install((EFI_HANDLE)5, (EFI_GUID)EFI_SERIAL_IO_PROTOCOL_GUID, &port);
    fake_set_up();
    uint8_t byte;
    serial_get(&byte);
    for (int i = 0; i < atoi(arguments[1]); i++) serial_put('a');
    printf("%u lost, %.1f s\n", lost, (double)now / 1e4);
    return 0;
}
