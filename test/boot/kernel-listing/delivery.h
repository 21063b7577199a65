// The way to the host: the virtio serial port named zosia.listing.
#ifndef ZOSIA_DELIVERY_H
#define ZOSIA_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/queue.h"

struct delivery {
    int port; // -1: there is none
    bool lost; // the host has closed its end
    struct queue text;
};

// Finds and opens the port. Waits a moment for it if the machine has a virtio serial device.
void delivery_open(struct delivery *delivery);

// To be called when the port reports a hang-up: what is left, and what comes, is dropped.
void delivery_give_up(struct delivery *delivery);

// Writes the rest, and returns when the host has taken it. False when it is lost.
bool delivery_finish(struct delivery *delivery);

#endif
