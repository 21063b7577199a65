// The virtio serial port zosia.control, at which the machine and the host meet: the machine says with a line
// where it is, and goes on when the host lets it.
#ifndef ZOSIA_CONTROL_PORT_H
#define ZOSIA_CONTROL_PORT_H

#include <stdbool.h>

#include "wake.h"

struct control_port {
    int fd;
};

// False, with a line on the console, when there is no such port.
bool control_port_open(struct control_port *port);

// Where the machine is: its model is ready, for the first time; or the user has left.
#define CONTROL_READY "ready\n"
#define CONTROL_LEFT "left\n"

// Waits until the console has sent everything, says `where`, and waits for the host as long as it takes; then
// takes over what it tells. False, with a line on the console, when the host hangs up, says anything else, or
// what it tells cannot be taken.
bool control_port_meet(const struct control_port *port, const char *where, struct wake *wake);

// Says that the machine goes on: from here on the user's keys reach it. False when the host has hung up.
bool control_port_go_on(const struct control_port *port);

// To be called when the port is readable: whether the host asks the machine to leave, or has hung up.
bool control_port_asks_to_leave(const struct control_port *port);

#endif
