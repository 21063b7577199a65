// Holding a process at its exit until its other threads have nothing left to say.
//
// llama.cpp prints through a logging thread, and its main thread exits without waiting for that one:
// the end of an answer, or all of a short one, is lost whenever the logging thread is late. So a
// seccomp filter stops the program at exit_group(2) and tells init, which lets it go on once every
// other thread sleeps and everything printed has been read.
#ifndef ZOSIA_EXIT_GATE_H
#define ZOSIA_EXIT_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/wait_limit.h"

struct pollfd;

struct exit_gate {
    int listener; // readable when the process has come to its exit; -1 when there is no gate
    bool held;
    uint64_t notification;
    int thread;
    struct wait_limit rest;
};

// In the process itself, before exec: puts up the gate. Returns the listener's descriptor, or a negated
// errno where the kernel lacks seccomp filters: then the process exits as it always did.
int exit_gate_install(void);

// To be called when the listener is readable.
void exit_gate_hold(struct exit_gate *gate);

// To be called when the listener reports a hang-up: the process is gone.
void exit_gate_close(struct exit_gate *gate);

// To be called whenever output has been read: the process is still printing.
void exit_gate_postpone(struct exit_gate *gate);

// Lets a held process end if it has nothing left to print: its other threads sleep and none of the
// descriptors that carry its output is readable. A process that does not come to rest is let go too,
// some seconds after its last output.
void exit_gate_release_if_quiet(struct exit_gate *gate, int process, struct pollfd *outputs, size_t count);

#endif
