// The loopback interface.
#ifndef ZOSIA_NETWORK_H
#define ZOSIA_NETWORK_H

#include <stdbool.h>

// Brings up `lo` (the kernel then gives it 127.0.0.1 by itself): llama-cli talks to a server inside
// its own process over that address and would wait for ever without it. False, with a line on the console,
// when that fails.
bool network_bring_up_loopback(void);

#endif
