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

enum { MODES_MAX = 64, COLUMNS_MIN = 80, ROWS_MIN = 25 };

static size_t room_of(UINTN mode) {
    UINTN columns, rows;
    EFI_STATUS status = firmware->ConOut->QueryMode(firmware->ConOut, mode, &columns, &rows);
    bool usable = !EFI_ERROR(status) && columns >= COLUMNS_MIN && rows >= ROWS_MIN &&
                  columns <= UINT16_MAX && rows <= UINT16_MAX;
    return usable ? columns * rows : 0;
}

// The next try is for a mode with less room than the last, which could not be set.
void screen_enlarge(void) {
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *screen = firmware->ConOut;
    size_t limit = SIZE_MAX, present = room_of((UINTN)screen->Mode->Mode);
    int32_t modes = screen->Mode->MaxMode < MODES_MAX ? screen->Mode->MaxMode : MODES_MAX;
    if (serial_is_console()) return;
    for (int32_t tries = 0; tries < modes; tries++) {
        size_t most = present;
        UINTN best = 0;
        for (int32_t mode = 0; mode < modes; mode++) {
            size_t room = room_of((UINTN)mode);
            if (room <= most || room >= limit) continue;
            most = room;
            best = (UINTN)mode;
        }
        if (most == present || !EFI_ERROR(screen->SetMode(screen, best))) return;
        limit = most;
    }
}

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
