#include "batch.h"

#include "console/console.h"
#include "console/log_tail.h"
#include "kernel/sys.h"
#include "relay.h"
#include "status.h"

enum { OUTPUT = 0, LOG_LINES_SHOWN = 40 };

struct running {
    const struct batch *batch;
    struct relay relay;
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
        sys_set_nonblocking(pipe[0], O_RDONLY);
        started = relay_start(&running->relay, &setup, batch->time_limit_s, pipe[0], -1);
    } else {
        console_line("zosia: cannot prepare the streams of %s", batch->arguments[0]);
    }
    sys_close(nothing);
    sys_close(pipe[1]);
    return started;
}

static void read_output(void *owner, int fd, short events) {
    (void)fd;
    (void)events;
    struct running *running = owner;
    char bytes[4096];
    long count = sys_read(running->relay.outputs[OUTPUT], bytes, sizeof bytes);
    if (count > 0) {
        log_tail_append(&running->tail, bytes, (size_t)count);
        running->batch->take(bytes, (size_t)count, running->batch->context);
    }
    relay_note_read(&running->relay, OUTPUT, count);
}

static long prepare(void *owner) {
    struct running *running = owner;
    relay_await(&running->relay, running->relay.outputs[OUTPUT], POLLIN, read_output);
    return -1;
}

int batch_run(const struct batch *batch) {
    static const struct relay_owner functions = {.prepare = prepare};
    static struct running running; // not on the stack: the log is large
    running = (struct running){.batch = batch, .relay = {.interruptible = true}};
    if (!start(&running)) return STATUS_FAILED;
    struct supervisor *supervisor = &running.relay.supervisor;
    relay_run(&running.relay, &functions, &running);
    if (supervisor->child.status != STATUS_OK || supervisor->stopped) {
        log_tail_print(&running.tail, LOG_LINES_SHOWN);
    }
    relay_close_output(&running.relay, OUTPUT);
    return supervisor_finish(supervisor);
}
