// Running a program to its end with nobody at the terminal.
#ifndef ZOSIA_BATCH_H
#define ZOSIA_BATCH_H

#include <stdbool.h>
#include <stddef.h>

struct batch {
    const char *const *arguments; // the program's path first; ended by NULL
    const char *const *environment;
    int time_limit_s; // 0: none
    bool errors_only; // standard output is thrown away; otherwise it joins standard error
    // Takes what the program prints, as it comes.
    void (*take)(const char *bytes, size_t size, void *context);
    void *context;
};

// Returns the program's exit status; when that is not 0, the end of what it printed, and how it ended,
// are on the console. Ctrl+C there interrupts the program.
int batch_run(const struct batch *batch);

#endif
