#include "screen.h"

#include "firmware.h"
#include "serial.h"

// Characters wait here, and go to the firmware many at a time, unless there is a serial port among its
// consoles, perhaps: see serial.h.
static CHAR16 waiting[128];
static size_t waiting_count;

static void show(CHAR16 *text) { firmware->ConOut->OutputString(firmware->ConOut, text); }

void screen_flush(void) {
    waiting[waiting_count] = 0;
    if (!serial_is_present() || serial_is_taken()) {
        show(waiting);
    } else {
        for (size_t i = 0; i < waiting_count; i++) {
            serial_wait();
            show((CHAR16[]){waiting[i], 0});
        }
    }
    waiting_count = 0;
}

static void put(CHAR16 character) {
    waiting[waiting_count++] = character;
    if (waiting_count + 1 == sizeof waiting / sizeof waiting[0]) screen_flush();
}

void screen_put(uint32_t character) {
    if (character == '\n') put('\r');
    put(character <= 0xffff ? (CHAR16)character : UTF8_REPLACEMENT);
}

void screen_restart_line(void) {
    put('\r');
    screen_flush();
}

void screen_clear(void) {
    serial_wait();
    firmware->ConOut->ClearScreen(firmware->ConOut);
}

static bool key_of(const EFI_INPUT_KEY *input, struct key *key) {
    *key = (struct key){KEY_CHARACTER, input->UnicodeChar, false};
    if (input->UnicodeChar != 0) return true;
    switch (input->ScanCode) {
    case SCAN_UP: key->code = KEY_UP; return true;
    case SCAN_LEFT: key->code = KEY_LEFT; return true;
    case SCAN_RIGHT: key->code = KEY_RIGHT; return true;
    case SCAN_HOME: key->code = KEY_HOME; return true;
    case SCAN_END: key->code = KEY_END; return true;
    case SCAN_DELETE: key->code = KEY_DELETE; return true;
    case SCAN_ESC: key->code = KEY_ESCAPE; return true;
    default: return false;
    }
}

bool screen_key(struct key *key) {
    EFI_INPUT_KEY input;
    while (firmware->ConIn->ReadKeyStroke(firmware->ConIn, &input) == EFI_SUCCESS) {
        if (key_of(&input, key)) return true;
    }
    return false;
}

EFI_EVENT screen_key_event(void) { return firmware->ConIn->WaitForKey; }

struct screen_position screen_cursor(void) {
    const SIMPLE_TEXT_OUTPUT_MODE *mode = firmware->ConOut->Mode;
    return (struct screen_position){(size_t)mode->CursorColumn, (size_t)mode->CursorRow};
}

void screen_move_cursor(struct screen_position position) {
    firmware->ConOut->SetCursorPosition(firmware->ConOut, position.column, position.row);
}

size_t screen_columns(void) {
    UINTN columns, rows;
    UINTN mode = (UINTN)firmware->ConOut->Mode->Mode;
    EFI_STATUS status = firmware->ConOut->QueryMode(firmware->ConOut, mode, &columns, &rows);
    return EFI_ERROR(status) || columns == 0 ? 80 : columns;
}
