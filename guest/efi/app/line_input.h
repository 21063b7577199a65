// A line typed on the firmware's console, over a serial line as well as on a keyboard.
#ifndef ZOSIA_LINE_INPUT_H
#define ZOSIA_LINE_INPUT_H

#include <stdbool.h>

#include "engine/terminal/line.h"

enum {
    LINE_INPUT_AFTER_STOP = 1, // a key has just stopped a text: a Ctrl+C within a second is that key again
    LINE_INPUT_ESCAPE_ENDS = 2, // Escape does what Ctrl+C does
};

// Shows `prompt`, which has one cell a character, and waits for a line. False if Ctrl+C or Ctrl+D was
// pressed instead, on an empty one; on one with text Ctrl+C clears that. `manner` is any of the above.
bool line_input(struct line *line, const char *prompt, unsigned manner, char text[LINE_UTF8_CAPACITY + 1]);

#endif
