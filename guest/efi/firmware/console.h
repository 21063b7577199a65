// The firmware's console: text out, keys in.
#ifndef ZOSIA_CONSOLE_H
#define ZOSIA_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "uefi/console.h"

// UTF-8 that may stop in the middle of a character and go on in the next call. A line feed starts a new
// line; other control characters are left out. Characters that UCS-2 does not have become U+FFFD.
void console_write(const char *text, size_t length);

// Formats as text_format does, up to 512 bytes.
__attribute__((format(printf, 1, 2)))
void console_print(const char *format, ...);

// Takes away what the firmware has left on the screen: its logo, above all.
void console_clear(void);

// Clears the screen's current line and starts it again, for progress.
void console_restart_line(void);

// One character, shown as it is.
void console_put(CHAR16 character);

// The characters of letters pressed with Ctrl. UEFI asks for none, but its drivers give them: a terminal
// sends them, and for keyboards EDK2 makes them.
enum {
    CONTROL_A = 0x01,
    CONTROL_C = 0x03,
    CONTROL_E = 0x05,
    CONTROL_U = 0x15,
};

void console_wait_for_key(EFI_INPUT_KEY *key);
// False if none has been pressed.
bool console_key_pressed(EFI_INPUT_KEY *key);

struct console_position {
    size_t column;
    size_t row;
};

struct console_position console_cursor(void);
void console_move_cursor(struct console_position position);
size_t console_columns(void);

#endif
