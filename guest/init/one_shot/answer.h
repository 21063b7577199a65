// Where the answer of a one-shot goes: the virtio serial port named zosia.answer, so that the host gets
// it apart from markers and logs; without such a port, the console.
#ifndef ZOSIA_ANSWER_H
#define ZOSIA_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/queue.h"

struct answer {
    int port; // -1: the console
    bool lost; // the host has closed its end, or takes nothing in time
    long timeout_ms; // how long the end of the answer waits for a host that takes nothing; -1: for ever
    bool line_open; // on the console: what comes next would continue the answer's last line
    struct queue text;
};

// Finds and opens the port. Waits a moment for it if the machine has a virtio serial device.
void answer_open(struct answer *answer);

// Writes what can be written now.
void answer_write(struct answer *answer);

// Whether there is something that answer_write would write.
bool answer_waits(const struct answer *answer);

// To be called when the port reports a hang-up: what is left, and what comes, is dropped.
void answer_give_up(struct answer *answer);

// Writes the rest, and returns when the host has taken it. False when it is lost.
bool answer_finish(struct answer *answer);

#endif
