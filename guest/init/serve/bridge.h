// Bytes both ways between the host and llama-server: what comes through the port goes over a connection to the
// server, made when there is something to say, and made anew when the server has closed it.
#ifndef ZOSIA_BRIDGE_H
#define ZOSIA_BRIDGE_H

#include <stdbool.h>

#include "kernel/queue.h"

struct bridge {
    int port; // does not block
    int connection; // -1: none
    bool lost; // the host has hung up
    struct queue to_server;
    struct queue to_host;
};

// Opens the port. False, with a line on the console, when there is none.
bool bridge_open(struct bridge *bridge);

// Connects to the server, if there is something to say and no connection. To be called in each turn.
void bridge_connect(struct bridge *bridge);

// What to wait for at each end, as poll(2) knows it.
short bridge_port_events(const struct bridge *bridge);
short bridge_connection_events(const struct bridge *bridge);

// To be called when it has come.
void bridge_serve_port(struct bridge *bridge, short events);
void bridge_serve_connection(struct bridge *bridge, short events);

#endif
