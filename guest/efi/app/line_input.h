// A line typed on the firmware's console, over a serial line as well as on a keyboard.
#ifndef ZOSIA_LINE_INPUT_H
#define ZOSIA_LINE_INPUT_H

#include "model/line.h"

// Shows `prompt` and waits for a line. Returns its length in bytes.
size_t line_input(struct line *line, const char *prompt, char text[LINE_UTF8_CAPACITY + 1]);

#endif
