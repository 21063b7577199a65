// The firmware's own console: screen and keyboard, and the serial line where the firmware has that.
#ifndef ZOSIA_SCREEN_H
#define ZOSIA_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/terminal/terminal_keys.h"
#include "uefi/base.h"

// Shows a character, or U+FFFD where UCS-2 has none for it. A line feed starts a new line. It may wait in
// a buffer until screen_flush.
void screen_put(uint32_t character);
void screen_flush(void);

// The text mode with the most room, unless the firmware's consoles are not a screen alone: a terminal on the
// serial line keeps what it has.
void screen_enlarge(void);

// Clears the screen's current line and starts it again.
void screen_restart_line(void);
void screen_clear(void);

// False if no key has been pressed. Keys that mean nothing here are left out.
bool screen_key(struct key *key);
EFI_EVENT screen_key_event(void);

struct screen_position {
    size_t column;
    size_t row;
};

struct screen_position screen_cursor(void);
void screen_move_cursor(struct screen_position position);
size_t screen_columns(void);

#endif
