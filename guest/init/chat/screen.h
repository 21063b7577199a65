// What is on its way to the console in a chat: llama-cli's output and, in order with it, init's own
// drawing.
#ifndef ZOSIA_SCREEN_H
#define ZOSIA_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/queue.h"

struct screen {
    struct queue output;
    char last; // byte that was put there
};

// From here on it counts whether a line is open.
void screen_begin(struct screen *screen);

// Appends bytes behind what is there; what does not fit is written at once. `context` is a struct screen.
void screen_put(void *context, const char *bytes, size_t size);

// To be called when bytes have been added to `output` by others.
void screen_note_output(struct screen *screen);

bool screen_has_output(const struct screen *screen);

// Writes what the console takes now.
void screen_write(struct screen *screen);

// Writes everything.
void screen_flush(struct screen *screen);

// Writes everything, and ends an open line; without colours that it began, where the terminal has them.
void screen_finish(struct screen *screen, bool colours);

#endif
