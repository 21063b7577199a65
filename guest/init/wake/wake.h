// What the host tells a machine when it lets it go on. Between the machine's having made ready and this, it
// may have been saved, and any number of copies of it may have been started since: in each the clock stands
// where it stood, the kernel's random numbers are about to be the same, and nobody is known to be at the
// terminal.
#ifndef ZOSIA_WAKE_H
#define ZOSIA_WAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/abi.h"

enum { WAKE_MESSAGE_BYTES = 92 };

struct wake {
    struct timespec since_1970;
    struct window_size window; // 0 rows and columns: not known
    bool piped; // what is typed comes from a pipe
    bool session; // leaving the chat is not the machine's end: it waits to be woken again
    struct entropy entropy;
};

// Takes a message apart. False when it is none.
bool wake_read(struct wake *wake, const unsigned char message[WAKE_MESSAGE_BYTES]);

// Gives the kernel its entropy and the time. False, with a line on the console, when it does not take them.
bool wake_apply(const struct wake *wake);

#endif
