// Whether llama-server has its model ready: what it answers to GET /health, 200 once it has and 503 before
// (llama.cpp, tools/server/README.md).
#ifndef ZOSIA_HEALTH_H
#define ZOSIA_HEALTH_H

#include <stdbool.h>
#include <stddef.h>

struct health {
    int connection; // -1: none
    long again_ms; // it is not asked before this time
    bool good; // it has answered that it is ready
    size_t length;
    char reply[sizeof "HTTP/1.1 200"]; // how it begins; the rest does not matter
};

void health_begin(struct health *health);

// Asks it, if it listens, unless it is being asked or has been just now. Returns after how many milliseconds
// this is to be called again.
long health_ask(struct health *health);

// To be called when the connection is readable, or has hung up.
void health_read(struct health *health);

#endif
