// A line typed on the firmware's console, over a serial line as well as on a keyboard.
#ifndef ZOSIA_LINE_INPUT_H
#define ZOSIA_LINE_INPUT_H

#include <stdbool.h>

#include "model/line.h"

// Shows `prompt`, which has one cell a character, and waits for a line. False if Ctrl+C or Ctrl+D was
// pressed instead, on an empty one; on one with text Ctrl+C clears that. `after_stop`: a key has just
// stopped a text, and a Ctrl+C within a second is that key pressed again.
bool line_input(struct line *line, const char *prompt, bool after_stop, char text[LINE_UTF8_CAPACITY + 1]);

#endif
