// Texts that end an answer: what may be the beginning of one is held back until it is known.
#ifndef ZOSIA_STOPS_H
#define ZOSIA_STOPS_H

#include <stdbool.h>
#include <stddef.h>

enum { STOP_HELD_MAX = 1024 }; // bytes: of longer texts only so many are looked at

struct stops {
    const char *const *texts;
    unsigned count;
    char held[STOP_HELD_MAX];
    size_t held_length;
    bool found;
};

void stops_begin(struct stops *stops, const char *const *texts, unsigned count);

// Takes a piece of the answer and hands what is no part of such a text to `show`. Nothing is shown any more
// once one was found.
void stops_put(struct stops *stops, const char *text, size_t length,
               void (*show)(void *context, const char *text, size_t length), void *context);

// The answer has ended otherwise: shows what was held back.
void stops_end(struct stops *stops, void (*show)(void *context, const char *text, size_t length),
               void *context);

#endif
