#include "relay.h"

#include "console/console.h"

enum { GATE_INTERVAL_MS = 1, CONTROL_C = 0x03 };

// Before the owner's streams in what poll(2) is asked.
enum { ENDED, GATE, CONSOLE, OWN_STREAMS };

bool relay_start(struct relay *relay, const struct child_setup *setup, int time_limit_s, int output,
                 int other_output) {
    relay->outputs[0] = output;
    relay->outputs[1] = other_output;
    relay->ended = children_watch();
    return supervisor_start(&relay->supervisor, setup, time_limit_s);
}

void relay_await(struct relay *relay, int fd, short events, relay_handler *handler) {
    if (fd < 0 || events == 0) return;
    relay->streams[relay->stream_count] = (struct pollfd){fd, events, 0};
    relay->handlers[relay->stream_count++] = handler;
}

void relay_close_output(struct relay *relay, unsigned output) {
    if (relay->outputs[output] >= 0) sys_close(relay->outputs[output]);
    relay->outputs[output] = -1;
}

static bool may_have_more(long read_count) {
    return read_count > 0 || read_count == -EAGAIN || read_count == -EINTR;
}

bool relay_note_read(struct relay *relay, unsigned output, long count) {
    if (count > 0) exit_gate_postpone(&relay->supervisor.child.gate);
    if (may_have_more(count)) return true;
    relay_close_output(relay, output);
    return false;
}

static void read_console(struct relay *relay) {
    char keys[64];
    long count = sys_read(console_fd(), keys, sizeof keys);
    for (long i = 0; i < count; i++) {
        if (keys[i] == CONTROL_C) sys_kill(relay->supervisor.child.process, SIGINT);
    }
    relay->console_closed = !may_have_more(count);
}

static void release_if_quiet(struct relay *relay) {
    struct child *child = &relay->supervisor.child;
    if (!child->gate.held) return;
    struct pollfd outputs[RELAY_OUTPUTS_MAX];
    for (unsigned i = 0; i < RELAY_OUTPUTS_MAX; i++) {
        outputs[i] = (struct pollfd){relay->outputs[i], POLLIN, 0};
    }
    exit_gate_release_if_quiet(&child->gate, child->process, outputs, RELAY_OUTPUTS_MAX);
}

static void run_once(struct relay *relay, const struct relay_owner *functions, void *owner) {
    struct child *child = &relay->supervisor.child;
    struct exit_gate *gate = &child->gate;
    relay->stream_count = 0;
    long timeout_ms = functions->prepare(owner);
    if (gate->held) timeout_ms = GATE_INTERVAL_MS;

    bool reads_console = relay->interruptible && !relay->console_closed;
    struct pollfd fds[OWN_STREAMS + RELAY_STREAMS_MAX] = {
        [ENDED] = {relay->ended, POLLIN, 0},
        [GATE] = {gate->held ? -1 : gate->listener, POLLIN, 0},
        [CONSOLE] = {reads_console ? console_fd() : -1, POLLIN, 0},
    };
    for (size_t i = 0; i < relay->stream_count; i++) fds[OWN_STREAMS + i] = relay->streams[i];
    sys_poll(fds, OWN_STREAMS + relay->stream_count, supervisor_timeout_ms(&relay->supervisor, timeout_ms));

    for (size_t i = 0; i < relay->stream_count; i++) {
        const struct pollfd *stream = &fds[OWN_STREAMS + i];
        if (stream->revents != 0) relay->handlers[i](owner, stream->fd, stream->revents);
    }
    if (fds[CONSOLE].revents != 0) read_console(relay);
    if (fds[ENDED].revents != 0) children_reap(relay->ended, child);
    if (fds[GATE].revents & POLLIN) exit_gate_hold(gate);
    if (fds[GATE].revents & POLLHUP) exit_gate_close(gate);
    if (functions->finish_turn != NULL) functions->finish_turn(owner);
    release_if_quiet(relay);
    supervisor_enforce(&relay->supervisor);
}

static bool goes_on(const struct relay *relay) {
    if (relay->done || relay->supervisor.abandoned) return false;
    return relay->supervisor.child.running || relay->outputs[0] >= 0 || relay->outputs[1] >= 0;
}

void relay_run(struct relay *relay, const struct relay_owner *functions, void *owner) {
    while (goes_on(relay)) run_once(relay, functions, owner);
    sys_close(relay->ended);
}
