#include "service.h"

#include "console/console.h"
#include "console/log_tail.h"
#include "health.h"
#include "kernel/sys.h"
#include "llama/llama.h"
#include "llama/template_fault.h"
#include "process/relay.h"
#include "process/status.h"
#include "streams/streams.h"
#include "text/lines.h"
#include "text/text.h"
#include "wake/control_port.h"

enum { LOG_LINES_SHOWN = 40 };

// The output of the relay: all that the program prints.
enum { LOG_OUTPUT };

enum { LISTENS_INTERVAL_MS = 50 };

struct serve {
    struct relay relay;
    const struct service *service;
    const struct request *request;
    struct control_port control; // when the request asks to meet the host
    struct streams streams;
    struct health health;
    bool answers;
    bool ready; // it answers, and the host has been met
    bool lost; // the host could not be met
    struct lines log_lines;
    struct template_fault fault;
    struct log_tail log;
};

static bool start(struct serve *serve, const struct llama_command *command, const struct flags *flags) {
    int log[2] = {-1, -1};
    int nothing = sys_open("/dev/null", O_RDONLY);
    bool started = false;
    if (nothing >= 0 && sys_pipe(log) >= 0) {
        const struct child_setup setup = {
            .arguments = command->arguments,
            .environment = command->environment,
            .input = nothing,
            .output = log[1],
            .error = log[1],
            .confined = true,
        };
        sys_set_nonblocking(log[0], O_RDONLY);
        started = relay_start(&serve->relay, &setup, flags_time_limit_s(flags, 0), log[0], -1);
    } else {
        console_line("zosia: cannot prepare the streams of %s", serve->service->name);
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

static void read_log(void *owner, int fd, short events) {
    (void)fd;
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

static void read_health(void *owner, int fd, short events) {
    (void)fd;
    (void)events;
    struct serve *serve = owner;
    health_read(&serve->health);
    serve->answers = serve->health.good;
}

static void serve_port(void *owner, int fd, short events) {
    (void)fd;
    struct serve *serve = owner;
    streams_serve_port(&serve->streams, events);
}

static void serve_connection(void *owner, int fd, short events) {
    struct serve *serve = owner;
    streams_serve_connection(&serve->streams, fd, events);
}

// Finds out whether the program answers. Returns after how many milliseconds to ask again.
static long ask(struct serve *serve) {
    if (serve->service->listens != NULL) {
        serve->answers = serve->service->listens();
        return serve->answers ? 0 : LISTENS_INTERVAL_MS;
    }
    long again_ms = health_ask(&serve->health);
    relay_await(&serve->relay, serve->health.connection, POLLIN, read_health);
    return again_ms;
}

static long prepare(void *owner) {
    struct serve *serve = owner;
    struct relay *relay = &serve->relay;
    struct streams *streams = &serve->streams;
    relay_await(relay, relay->outputs[LOG_OUTPUT], POLLIN, read_log);
    if (!serve->ready) return ask(serve);
    relay_await(relay, streams->port, streams_port_events(streams), serve_port);
    for (unsigned i = 0; i < STREAMS_MAX; i++) {
        const struct stream *stream = &streams->streams[i];
        short events = streams_connection_events(streams, stream);
        if (stream->number != 0) relay_await(relay, stream->connection, events, serve_connection);
    }
    return streams_timeout_ms(streams);
}

static void finish_turn(void *owner) {
    struct serve *serve = owner;
    if (!serve->ready && serve->answers) {
        struct wake wake;
        if (serve->service->tell_ready != NULL) serve->service->tell_ready();
        serve->lost = serve->request->wake && !(control_port_meet(&serve->control, CONTROL_READY, &wake) &&
                                                control_port_go_on(&serve->control));
        serve->ready = true;
    }
    struct streams *streams = &serve->streams;
    if (serve->ready) streams_finish_turn(streams);
    if (serve->lost || streams->lost || streams->broken) serve->relay.done = true;
}

static int report_end(struct serve *serve) {
    struct supervisor *supervisor = &serve->relay.supervisor;
    if (serve->lost) return STATUS_FAILED;
    if (serve->streams.broken) {
        console_line("zosia: the host says something else than a frame");
        return STATUS_FAILED;
    }
    if (serve->streams.lost) {
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
    console_line("zosia: %s has ended", serve->service->name);
    return STATUS_BAD_OUTPUT;
}

int service_run(const struct service *service, const struct llama_command *command,
                const struct flags *flags, const struct request *request) {
    static const struct relay_owner functions = {.prepare = prepare, .finish_turn = finish_turn};
    static struct serve serve; // not on the stack: its buffers are large
    serve.service = service;
    serve.request = request;
    serve.streams.connect = service->connect;
    if (request->wake && !control_port_open(&serve.control)) return STATUS_FAILED;
    if (!streams_open(&serve.streams, "zosia.server")) {
        console_line("zosia: there is no port to serve");
        return STATUS_FAILED;
    }
    health_begin(&serve.health);
    if (!start(&serve, command, flags)) return STATUS_FAILED;
    relay_run(&serve.relay, &functions, &serve);
    return report_end(&serve);
}
