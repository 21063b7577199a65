#include "batch.h"

#include "console/console.h"
#include "console/log_tail.h"
#include "kernel/sys.h"
#include "status.h"
#include "supervisor.h"

enum { GATE_INTERVAL_MS = 1, LOG_LINES_SHOWN = 40, CONTROL_C = 0x03 };

struct running {
    const struct batch *batch;
    struct supervisor supervisor;
    int output; // the read end of what the program prints; -1 once that is closed
    int watch_fd;
    bool console_open;
    struct log_tail tail;
};

static bool start(struct running *running) {
    const struct batch *batch = running->batch;
    int pipe[2] = {-1, -1};
    int nothing = sys_open("/dev/null", O_RDWR);
    bool started = false;
    if (nothing >= 0 && sys_pipe(pipe) >= 0) {
        const struct child_setup setup = {
            .arguments = batch->arguments,
            .environment = batch->environment,
            .input = nothing,
            .output = batch->errors_only ? nothing : pipe[1],
            .error = pipe[1],
            .confined = true,
        };
        started = supervisor_start(&running->supervisor, &setup, batch->time_limit_s);
    } else {
        console_line("zosia: cannot prepare the streams of %s", batch->arguments[0]);
    }
    sys_close(nothing);
    sys_close(pipe[1]);
    sys_set_nonblocking(pipe[0], O_RDONLY);
    running->output = pipe[0];
    return started;
}

// Returns whether more may come.
static bool is_open_after(long read_count) {
    return read_count > 0 || read_count == -EAGAIN || read_count == -EINTR;
}

static void read_output(struct running *running) {
    char bytes[4096];
    long count = sys_read(running->output, bytes, sizeof bytes);
    if (count > 0) {
        log_tail_append(&running->tail, bytes, (size_t)count);
        running->batch->take(bytes, (size_t)count, running->batch->context);
        exit_gate_postpone(&running->supervisor.child.gate);
    }
    if (!is_open_after(count)) {
        sys_close(running->output);
        running->output = -1;
    }
}

static void read_console(struct running *running) {
    char keys[64];
    long count = sys_read(console_fd(), keys, sizeof keys);
    for (long i = 0; i < count; i++) {
        if (keys[i] == CONTROL_C) sys_kill(running->supervisor.child.process, SIGINT);
    }
    running->console_open = is_open_after(count);
}

static void relay_once(struct running *running) {
    struct child *child = &running->supervisor.child;
    struct exit_gate *gate = &child->gate;
    struct pollfd fds[] = {
        {running->output, POLLIN, 0},
        {running->console_open ? console_fd() : -1, POLLIN, 0},
        {running->watch_fd, POLLIN, 0},
        {gate->held ? -1 : gate->listener, POLLIN, 0},
    };
    sys_poll(fds, 4, supervisor_timeout_ms(&running->supervisor, gate->held ? GATE_INTERVAL_MS : -1));

    if (fds[0].revents != 0) read_output(running);
    if (fds[1].revents != 0) read_console(running);
    if (fds[2].revents != 0) children_reap(running->watch_fd, child);
    if (fds[3].revents & POLLIN) exit_gate_hold(gate);
    if (fds[3].revents & POLLHUP) exit_gate_close(gate);
    if (gate->held) {
        struct pollfd output = {running->output, POLLIN, 0};
        exit_gate_release_if_quiet(gate, child->process, &output, 1);
    }
    supervisor_enforce(&running->supervisor);
}

int batch_run(const struct batch *batch) {
    static struct running running; // not on the stack: the log is large
    running = (struct running){.batch = batch, .console_open = true};
    running.watch_fd = children_watch();
    if (!start(&running)) return STATUS_FAILED;
    struct supervisor *supervisor = &running.supervisor;
    while ((supervisor->child.running || running.output >= 0) && !supervisor->abandoned) {
        relay_once(&running);
    }
    if (supervisor->child.status != STATUS_OK || supervisor->stopped) {
        log_tail_print(&running.tail, LOG_LINES_SHOWN);
    }
    if (running.output >= 0) sys_close(running.output);
    sys_close(running.watch_fd);
    return supervisor_finish(supervisor);
}
