#include "console.h"

#include "firmware.h"
#include "model/text.h"
#include "model/utf8.h"
#include "serial.h"

// Characters wait here, and go to the firmware many at a time, unless there is a serial port among its
// consoles, perhaps: see serial.h.
static CHAR16 waiting[128];
static size_t waiting_count;

static void show(CHAR16 *text) { firmware->ConOut->OutputString(firmware->ConOut, text); }

static void flush(void) {
    waiting[waiting_count] = 0;
    if (!serial_is_present()) {
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
    if (waiting_count + 1 == sizeof waiting / sizeof waiting[0]) flush();
}

static void put_character(uint32_t character) {
    bool control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    if (character == '\n') {
        put('\r');
        put('\n');
    } else if (character == '\t') {
        put(' ');
    } else if (!control) {
        put(character <= 0xffff ? (CHAR16)character : UTF8_REPLACEMENT);
    }
}

void console_write(const char *text, size_t length) {
    static struct utf8_decoder decoder;
    for (size_t i = 0; i < length; i++) {
        uint32_t characters[2];
        unsigned count = utf8_decode(&decoder, (uint8_t)text[i], characters);
        for (unsigned c = 0; c < count; c++) put_character(characters[c]);
    }
    flush();
}

void console_print(const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    console_write(text, text_format_list(text, sizeof text, format, arguments));
    va_end(arguments);
}

void console_clear(void) {
    serial_wait();
    firmware->ConOut->ClearScreen(firmware->ConOut);
}

void console_restart_line(void) {
    put('\r');
    flush();
}

void console_put(CHAR16 character) {
    put(character);
    flush();
}

bool console_key_pressed(EFI_INPUT_KEY *key) {
    return firmware->ConIn->ReadKeyStroke(firmware->ConIn, key) == EFI_SUCCESS;
}

void console_wait_for_key(EFI_INPUT_KEY *key) {
    UINTN index;
    do {
        firmware->BootServices->WaitForEvent(1, &firmware->ConIn->WaitForKey, &index);
    } while (!console_key_pressed(key));
}

struct console_position console_cursor(void) {
    const SIMPLE_TEXT_OUTPUT_MODE *mode = firmware->ConOut->Mode;
    return (struct console_position){(size_t)mode->CursorColumn, (size_t)mode->CursorRow};
}

void console_move_cursor(struct console_position position) {
    firmware->ConOut->SetCursorPosition(firmware->ConOut, position.column, position.row);
}

size_t console_columns(void) {
    UINTN columns, rows;
    UINTN mode = (UINTN)firmware->ConOut->Mode->Mode;
    EFI_STATUS status = firmware->ConOut->QueryMode(firmware->ConOut, mode, &columns, &rows);
    return EFI_ERROR(status) || columns == 0 ? 80 : columns;
}
