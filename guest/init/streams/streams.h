// Connections between the host and programs in the machine: any number at a time over one port, in frames
// (guest/init/README.md, "Streams"). The host opens those to a server in the machine; init those of a program to
// what the host reaches for it.
#ifndef ZOSIA_STREAMS_H
#define ZOSIA_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "kernel/queue.h"

enum { STREAMS_MAX = 64 };

// Instead of a descriptor: it has ended, which the host is still to be told; it is to be made.
enum { STREAM_ENDED = -1, STREAM_TO_CONNECT = -2 };

struct stream {
    uint32_t number; // of who opened it; 0: none
    int connection; // to the program, or one of the states above
    uint32_t target; // of one that init opened
    size_t room; // bytes that the host still takes
    size_t untold; // bytes that the program has taken and the host does not know of
    struct queue to_program;
};

struct streams {
    int port; // does not block
    // Connects to what a stream of the host's leads to: returns a non-blocking descriptor, or a negated errno;
    // -EAGAIN asks to be called again. NULL: the host may open none.
    int (*connect)(void);
    uint32_t opened; // how many init has opened so far
    bool refused; // the host has closed one that init opened and its program still had
    uint32_t refused_target;
    bool lost; // the host has hung up
    bool broken; // the host has said what is no frame
    struct queue from_host;
    struct queue to_host;
    struct stream streams[STREAMS_MAX];
};

// Opens the port of that name. False when there is none.
bool streams_open(struct streams *streams, const char *port);

// Whether one more can be opened now.
bool streams_can_reach(struct streams *streams);

// Opens a stream between a connection of a program's, which does not block and belongs to the stream from now on,
// and what the host knows by the number `target`. To be called only when streams_can_reach says so.
void streams_reach(struct streams *streams, int connection, uint32_t target);

// What to wait for at the port, and at a connection, as poll(2) knows it.
short streams_port_events(const struct streams *streams);
short streams_connection_events(const struct streams *streams, const struct stream *stream);

// To be called when it has come.
void streams_serve_port(struct streams *streams, short events);
void streams_serve_connection(struct streams *streams, int connection, short events);

// What there is to do besides: to be called in each turn.
void streams_finish_turn(struct streams *streams);

// After how many milliseconds there is something to do again, whatever comes; -1: never.
long streams_timeout_ms(const struct streams *streams);

#endif
