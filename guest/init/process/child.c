#include "child.h"

#include "confinement.h"
#include "console/console.h"
#include "kernel/sys.h"
#include "text/text.h"

enum { KILL_TIMEOUT_MS = 2000, KILL_POLL_MS = 1 };

static const signal_set NO_SIGNALS = 0;
static const signal_set CHILD_SIGNAL = 1ul << (SIGCHLD - 1);

int children_watch(void) {
    sys_set_signal_mask(CHILD_SIGNAL);
    return sys_signalfd(CHILD_SIGNAL);
}

// Exit statuses as shells report them (man 2 wait: the low seven bits are the signal).
static int exit_status(int wait_status) {
    int signal = wait_status & 0x7f;
    return signal == 0 ? (wait_status >> 8) & 0xff : 128 + signal;
}

// Two pipes introduce the new process to init: `report` brings the number of its gate's descriptor,
// and the end of `resume` says that init has taken its own copy.
struct introduction {
    int report[2];
    int resume[2];
};

static _Noreturn void give_up(const char *what, const char *program, long error) {
    char message[256];
    size_t length =
        text_format(message, sizeof message, "cannot %s %s (errno %d)\n", what, program, (int)-error);
    sys_write(2, message, length);
    sys_exit(127);
}

static _Noreturn void become(const struct child_setup *setup, const struct introduction *introduction) {
    char byte;
    sys_set_signal_mask(NO_SIGNALS);
    sys_close(introduction->resume[1]);
    int listener = exit_gate_install();
    sys_write(introduction->report[1], &listener, sizeof listener);
    sys_read(introduction->resume[0], &byte, 1);

    if (setup->own_terminal) sys_new_session();
    sys_dup(setup->input, 0);
    sys_dup(setup->output, 1);
    sys_dup(setup->error, 2);
    if (setup->confined) {
        if (setup->own_terminal) sys_change_owner(0, CONFINED_USER, CONFINED_USER);
        long error = confinement_enter();
        if (error < 0) give_up("confine", setup->arguments[0], error);
    }
    give_up("execute", setup->arguments[0],
            sys_execute(setup->arguments[0], setup->arguments, setup->environment));
}

static int take_listener(int process, int report) {
    int listener = -1;
    if (sys_read(report, &listener, sizeof listener) != sizeof listener || listener < 0) return -1;
    int pidfd = sys_pidfd_open(process);
    if (pidfd < 0) return -1;
    listener = sys_pidfd_getfd(pidfd, listener);
    sys_close(pidfd);
    return listener < 0 ? -1 : listener;
}

bool child_start(struct child *child, const struct child_setup *setup) {
    struct introduction introduction = {{-1, -1}, {-1, -1}};
    *child = (struct child){.process = -1, .gate = {.listener = -1}};
    if (sys_pipe(introduction.report) >= 0 && sys_pipe(introduction.resume) >= 0) {
        child->process = sys_fork();
        if (child->process == 0) become(setup, &introduction);
    }
    sys_close(introduction.report[1]);
    sys_close(introduction.resume[0]);
    child->running = child->process > 0;
    if (child->running) {
        child->gate.listener = take_listener(child->process, introduction.report[0]);
    } else {
        console_line("zosia: cannot start %s (errno %d)", setup->arguments[0], -child->process);
    }
    sys_close(introduction.report[0]);
    sys_close(introduction.resume[1]);
    return child->running;
}

void children_reap(int watch_fd, struct child *child) {
    struct signalfd_siginfo ignored;
    sys_read(watch_fd, &ignored, sizeof ignored);
    int wait_status, process;
    while ((process = sys_wait_any(&wait_status, WNOHANG)) > 0) {
        if (process == child->process) {
            child->running = false;
            child->status = exit_status(wait_status);
        }
    }
}

void children_kill_all(void) {
    int wait_status;
    for (long deadline = sys_now_ms() + KILL_TIMEOUT_MS;; sys_sleep_ms(KILL_POLL_MS)) {
        sys_kill(-1, SIGKILL);
        int process;
        while ((process = sys_wait_any(&wait_status, WNOHANG)) > 0) continue;
        if (process < 0 || sys_now_ms() >= deadline) return; // ECHILD: nobody is left
    }
}
