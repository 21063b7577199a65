// A terminal on the serial port, spoken to in UTF-8. The firmware's own driver reads every byte as a
// character of its own, and shows no character but ASCII's (edk2, TerminalDxe), so the application takes
// the port from it, where it is one of the consoles.
#ifndef ZOSIA_TERMINAL_H
#define ZOSIA_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/terminal/terminal_keys.h"

void terminal_open(void);
// Gives the port back to the firmware.
void terminal_close(void);
bool terminal_is_open(void);

// These do nothing unless it is open.

// Shows a character. A line feed starts a new line.
void terminal_put(uint32_t character);
// Sends a control sequence.
void terminal_control(const char *sequence);
// False if no key has been pressed.
bool terminal_key(struct key *key);

#endif
