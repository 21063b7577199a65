// Running a program and learning how it ended; reaping every other process that ends meanwhile.
#ifndef ZOSIA_CHILD_H
#define ZOSIA_CHILD_H

#include <stdbool.h>

#include "exit_gate.h"

struct child {
    int process;
    bool running;
    int status; // once not running: its exit status, or 128 + the signal that killed it
    struct exit_gate gate;
};

struct child_setup {
    const char *const *arguments; // the program's path first; ended by NULL
    const char *const *environment;
    int input, output, error;
    // A session of its own, with no controlling terminal: it cannot ask the user's for anything.
    bool own_terminal;
    bool confined; // see confinement.h; a terminal becomes the confined user's own
};

// Returns a descriptor that becomes readable when any process has ended. It is the caller's to close.
int children_watch(void);

// Starts a program. False, with a line on the console, when that fails; a program that cannot be
// executed is started, says so on its standard error, and ends with status 127.
bool child_start(struct child *child, const struct child_setup *setup);

// To be called when the descriptor of children_watch is readable: reaps every ended process and notes
// in `child` if it was that one.
void children_reap(int watch_fd, struct child *child);

// Kills every process but init and waits, for a bounded time, until they are gone.
void children_kill_all(void);

#endif
