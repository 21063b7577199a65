// Carrying what a program prints, while it runs, to where its owner wants it: one loop that waits at once
// for the program's output, for its end, for its time limit, and for whatever else the owner names.
#ifndef ZOSIA_RELAY_H
#define ZOSIA_RELAY_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/sys.h"
#include "supervisor.h"

enum { RELAY_OUTPUTS_MAX = 2, RELAY_STREAMS_MAX = 68 };

// Called when poll(2) reports `events` for a descriptor.
typedef void relay_handler(void *owner, int fd, short events);

struct relay {
    struct supervisor supervisor;
    // Non-blocking descriptors of what the program prints; -1: none, or closed.
    int outputs[RELAY_OUTPUTS_MAX];
    // Ctrl+C on the console, of which nothing else is read, interrupts the program.
    bool interruptible;
    bool done; // set by the owner: the loop ends, whatever the program does
    // The relay's own.
    int ended; // readable when a process has ended
    bool console_closed;
    size_t stream_count;
    struct pollfd streams[RELAY_STREAMS_MAX];
    relay_handler *handlers[RELAY_STREAMS_MAX];
};

// What an owner does in each turn of the loop.
struct relay_owner {
    // Names by relay_await what it waits for in this turn. Returns for how long, in milliseconds; -1: for
    // ever.
    long (*prepare)(void *owner);
    // After all handlers; NULL when there is nothing more to do.
    void (*finish_turn)(void *owner);
};

// Starts a program, whose output comes from `output` and `other_output` (-1: none). All fields are zero but
// those that the owner wants otherwise. False, with a line on the console, when that fails.
bool relay_start(struct relay *relay, const struct child_setup *setup, int time_limit_s, int output,
                 int other_output);

// In `prepare`: `handler` is called when the descriptor is ready for `events` (POLLIN, POLLOUT), has hung
// up or failed. One of -1 is left out, and so is one for which there are no events: poll(2) would report
// its hang-up without end. At most RELAY_STREAMS_MAX in a turn.
void relay_await(struct relay *relay, int fd, short events, relay_handler *handler);

// To be told what read(2) returned for an output. At its end it is closed. Returns whether more may come.
bool relay_note_read(struct relay *relay, unsigned output, long count);

void relay_close_output(struct relay *relay, unsigned output);

// Returns when the program has ended and all it printed has been read, or when it cannot be waited for.
void relay_run(struct relay *relay, const struct relay_owner *functions, void *owner);

#endif
