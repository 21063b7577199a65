// What a program prints, made safe for the user's terminal. A model may say anything, and a terminal
// obeys control sequences: they write to the clipboard, rename the window, ask the terminal for an
// answer that arrives as if it had been typed.
//
// Let through are text, back space, tab, line feed and carriage return, and the sequences that llama-cli
// itself prints: colours (ESC [ 0 m, bold, 30 to 37, 90 to 97), ESC [ K and ESC [ C. Every other control
// character and sequence (ECMA-48), C1 controls in UTF-8 as well, is dropped; a question mark stands for
// what is not UTF-8.
#ifndef ZOSIA_OUTPUT_FILTER_H
#define ZOSIA_OUTPUT_FILTER_H

#include <stddef.h>

struct queue;

enum { OUTPUT_FILTER_HELD_MAX = 16 };

// All zero at the start.
struct output_filter {
    int state;
    unsigned char held[OUTPUT_FILTER_HELD_MAX]; // of a character or sequence that is not complete
    size_t held_count;
    size_t wanted; // bytes of the character; or those that a string has left
    unsigned char low, high; // between which the character's next byte must be
};

// Takes `size` bytes as they come, in pieces of any size, and writes what may pass to `to`, where there
// is room for OUTPUT_FILTER_HELD_MAX bytes more than that. Returns how many were written. What is
// incomplete waits for the next piece.
size_t output_filter_feed(struct output_filter *filter, const char *bytes, size_t size, char *to);

// Like queue_fill, but what it reads goes through the filter. Returns what read(2) returned, however
// little of that passed; 0 also when there is no room.
long output_filter_fill(struct output_filter *filter, struct queue *queue, int fd);

#endif
