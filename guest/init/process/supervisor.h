// A program that runs for the user: its time limit, and telling how it ended.
#ifndef ZOSIA_SUPERVISOR_H
#define ZOSIA_SUPERVISOR_H

#include <stdbool.h>

#include "child.h"
#include "oom_watch.h"

struct supervisor {
    struct child child;
    const char *name; // the program's, for the console
    int time_limit_s; // 0: none
    long deadline_ms;
    bool stopped; // at its time limit
    bool abandoned; // it could not even be killed
    struct oom_watch oom;
};

// Starts a program; its limit counts from here. False, with a line on the console, when that fails.
bool supervisor_start(struct supervisor *supervisor, const struct child_setup *setup, int time_limit_s);

// The timeout for a poll(2) that would wait for `timeout_ms`, cut short by the time limit.
long supervisor_timeout_ms(const struct supervisor *supervisor, long timeout_ms);

// To be called after each poll(2): kills a program that has reached its limit.
void supervisor_enforce(struct supervisor *supervisor);

// Says on the console how the program ended, unless it ended well. Returns its exit status.
int supervisor_finish(struct supervisor *supervisor);

#endif
