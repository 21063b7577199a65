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
    // What llama-cli printed ends as its prompt does. That stays in the queue until it is known that llama-cli
    // waits behind it: who sees a prompt may press Ctrl+C, which means another thing while it does not wait.
    bool holds_prompt;
};

// From here on it counts whether a line is open.
void screen_begin(struct screen *screen);

// Appends bytes behind what is there; what does not fit is written at once. `context` is a struct screen.
void screen_put(void *context, const char *bytes, size_t size);

// To be called when llama-cli's output has been added to `output`.
void screen_note_output(struct screen *screen);

// llama-cli waits at the prompt that is held, if there is one.
void screen_release_prompt(struct screen *screen);

// Removes the prompt that is held. Returns whether there was one.
bool screen_take_prompt(struct screen *screen);

// Holds a prompt that was taken.
void screen_hold_prompt(struct screen *screen);

// Whether there is more than a prompt that is held.
bool screen_has_output(const struct screen *screen);

// Writes what the console takes now, without a prompt that is held.
void screen_write(struct screen *screen);

// Writes everything.
void screen_flush(struct screen *screen);

// Writes everything, and ends an open line; without colours that it began, where the terminal has them.
void screen_finish(struct screen *screen, bool colours);

#endif
