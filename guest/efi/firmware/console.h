// The console: text out, keys in, on the firmware's screen and keyboard and on the serial terminal alike.
#ifndef ZOSIA_CONSOLE_H
#define ZOSIA_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/terminal/terminal_keys.h"

// UTF-8 that may stop in the middle of a character and go on in the next call. A line feed starts a new
// line; other control characters are left out.
void console_write(const char *text, size_t length);

// Formats as text_format does, up to 512 bytes.
__attribute__((format(printf, 1, 2))) void console_print(const char *format, ...);

// Takes away what the firmware has left on the screen: its logo, above all.
void console_clear(void);

// Clears the current line and starts it again, for progress.
void console_restart_line(void);

// The characters of letters pressed with Ctrl. UEFI asks for none, but its drivers give them: a terminal
// sends them, and for keyboards EDK2 makes them.
enum {
    CONTROL_A = 0x01,
    CONTROL_C = 0x03,
    CONTROL_D = 0x04,
    CONTROL_E = 0x05,
    CONTROL_U = 0x15,
    CONTROL_W = 0x17,
};

void console_wait_for_key(struct key *key);
// False if none has been pressed.
bool console_key_pressed(struct key *key);

#endif
