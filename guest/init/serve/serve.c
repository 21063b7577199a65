#include "serve.h"

#include "bridge.h"
#include "console/console.h"
#include "console/log_tail.h"
#include "health.h"
#include "kernel/sys.h"
#include "llama/llama.h"
#include "llama/template_fault.h"
#include "process/relay.h"
#include "process/status.h"
#include "text/lines.h"
#include "text/text.h"
#include "wake/control_port.h"

enum { LOG_LINES_SHOWN = 40 };

// The output of the relay: all that llama-server prints.
enum { LOG_OUTPUT };

struct serve {
    struct relay relay;
    const struct request *request;
    struct control_port control; // when the request asks to meet the host
    struct bridge bridge;
    struct health health;
    bool ready; // and the host has been met
    bool lost; // the host could not be met
    struct lines log_lines;
    struct template_fault fault;
    struct log_tail log;
};

static bool start(struct serve *serve, const struct model *model, const struct flags *flags) {
    static struct llama_command command;
    llama_server_command(&command, model, flags, serve->request);
    int log[2] = {-1, -1};
    int nothing = sys_open("/dev/null", O_RDONLY);
    bool started = false;
    if (nothing >= 0 && sys_pipe(log) >= 0) {
        const struct child_setup setup = {
            .arguments = command.arguments,
            .environment = command.environment,
            .input = nothing,
            .output = log[1],
            .error = log[1],
            .confined = true,
        };
        sys_set_nonblocking(log[0], O_RDONLY);
        started = relay_start(&serve->relay, &setup, flags_time_limit_s(flags, 0), log[0], -1);
    } else {
        console_line("zosia: cannot prepare the streams of llama-server");
    }
    sys_close(nothing);
    sys_close(log[1]);
    return started;
}

static void take_log_line(const char *line, void *context) {
    struct serve *serve = context;
    template_fault_take_line(&serve->fault, line);
    log_tail_append(&serve->log, line, text_length(line));
    log_tail_append(&serve->log, "\n", 1);
}

static void read_log(void *owner, short events) {
    (void)events;
    struct serve *serve = owner;
    char bytes[4096];
    long count = sys_read(serve->relay.outputs[LOG_OUTPUT], bytes, sizeof bytes);
    if (count > 0) lines_feed(&serve->log_lines, bytes, (size_t)count, take_log_line, serve);
    bool more = relay_note_read(&serve->relay, LOG_OUTPUT, count);
    if (!more && serve->log_lines.length > 0) {
        lines_feed(&serve->log_lines, "\n", 1, take_log_line, serve);
    }
}

static void read_health(void *owner, short events) {
    (void)events;
    struct serve *serve = owner;
    health_read(&serve->health);
}

static void serve_port(void *owner, short events) {
    struct serve *serve = owner;
    bridge_serve_port(&serve->bridge, events);
}

static void serve_connection(void *owner, short events) {
    struct serve *serve = owner;
    bridge_serve_connection(&serve->bridge, events);
}

static long prepare(void *owner) {
    struct serve *serve = owner;
    struct relay *relay = &serve->relay;
    struct bridge *bridge = &serve->bridge;
    relay_await(relay, relay->outputs[LOG_OUTPUT], POLLIN, read_log);
    if (!serve->ready) {
        long again_ms = health_ask(&serve->health);
        relay_await(relay, serve->health.connection, POLLIN, read_health);
        return again_ms;
    }
    relay_await(relay, bridge->port, bridge_port_events(bridge), serve_port);
    relay_await(relay, bridge->connection, bridge_connection_events(bridge), serve_connection);
    return -1;
}

static void finish_turn(void *owner) {
    struct serve *serve = owner;
    if (!serve->ready && serve->health.good) {
        struct wake wake;
        serve->lost = serve->request->wake && !(control_port_meet(&serve->control, CONTROL_READY, &wake) &&
                                                control_port_go_on(&serve->control));
        serve->ready = true;
    }
    if (serve->ready) bridge_connect(&serve->bridge);
    if (serve->lost || serve->bridge.lost) serve->relay.done = true;
}

static int report_end(struct serve *serve) {
    struct supervisor *supervisor = &serve->relay.supervisor;
    if (serve->lost) return STATUS_FAILED;
    if (serve->bridge.lost) {
        console_line("zosia: the host has hung up");
        return STATUS_FAILED;
    }
    bool failed = supervisor->child.status != STATUS_OK;
    if (failed && !supervisor->stopped && serve->fault.found) {
        template_fault_report(&serve->fault);
        return STATUS_FAILED;
    }
    log_tail_print(&serve->log, LOG_LINES_SHOWN);
    int status = supervisor_finish(supervisor);
    if (status != STATUS_OK) return status;
    console_line("zosia: llama-server has ended");
    return STATUS_BAD_OUTPUT;
}

int serve_run(const struct model *model, const struct flags *flags, const struct request *request) {
    static const struct relay_owner functions = {.prepare = prepare, .finish_turn = finish_turn};
    static struct serve serve; // not on the stack: its buffers are large
    serve.request = request;
    if (request->wake && !control_port_open(&serve.control)) return STATUS_FAILED;
    if (!bridge_open(&serve.bridge)) return STATUS_FAILED;
    health_begin(&serve.health);
    console_line("zosia: starting llama-server (model %s)", model->path);
    if (!start(&serve, model, flags)) return STATUS_FAILED;
    relay_run(&serve.relay, &functions, &serve);
    return report_end(&serve);
}
