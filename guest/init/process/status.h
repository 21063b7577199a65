// Exit statuses that are init's own. All others are those of the program that ran, or 128 and the
// number of the signal that killed it: 137 also when the kernel killed it for lack of memory.
#ifndef ZOSIA_STATUS_H
#define ZOSIA_STATUS_H

enum {
    STATUS_OK = 0,
    STATUS_FAILED = 1, // what was asked for cannot be done: something is missing
    STATUS_BAD_OUTPUT = 65, // the program ended well, but did not print what it should have
    STATUS_TIME_LIMIT = 124, // as timeout(1)
    STATUS_SIGNALLED = 128,
};

#endif
