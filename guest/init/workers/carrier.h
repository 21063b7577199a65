// The workers of a machine: others that compute for it. llama.cpp connects to each on a port of the loopback
// interface; a process beside it carries these connections to the host, which reaches the workers
// (guest/init/README.md, "Workers").
#ifndef ZOSIA_CARRIER_H
#define ZOSIA_CARRIER_H

#include <stdbool.h>

// Starts the process. When a worker, or the host, has hung up on llama.cpp, it says so on the console and ends
// every other process but init: llama.cpp would wait for ever, or only find out when it is asked next. False, with
// a line on the console, when there is no way to the workers.
bool workers_carry(unsigned count);

#endif
