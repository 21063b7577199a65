#include "carrier.h"

#include "console/console.h"
#include "kernel/sys.h"
#include "llama/llama.h"
#include "request/request.h"
#include "streams/streams.h"

// Connections that wait while there is no room for what is to be said of them.
enum { WAITING_MAX = 8 };

struct carrier {
    struct streams streams;
    unsigned count;
    int listeners[REQUEST_WORKERS_MAX];
};

static int listen_at(int port) {
    const struct internet_address address = {
        .family = AF_INET,
        .port = {(uint8_t)(port >> 8), (uint8_t)port},
        .address = {127, 0, 0, 1},
    };
    int listener = (int)sys_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | O_CLOEXEC, 0);
    if (listener < 0) return listener;
    long error = sys_bind_internet(listener, &address);
    if (error >= 0) error = sys_listen(listener, WAITING_MAX);
    if (error >= 0) return listener;
    sys_close(listener);
    return (int)error;
}

static bool listen_for_workers(struct carrier *carrier, unsigned count) {
    for (carrier->count = 0; carrier->count < count; carrier->count++) {
        int listener = listen_at(LLAMA_WORKER_PORT + (int)carrier->count);
        if (listener < 0) {
            console_line("zosia: cannot listen for llama.cpp (errno %d)", -listener);
            return false;
        }
        carrier->listeners[carrier->count] = listener;
    }
    return true;
}

static void accept_for(struct carrier *carrier, unsigned worker) {
    int connection = sys_accept(carrier->listeners[worker], SOCK_NONBLOCK | O_CLOEXEC);
    if (connection < 0) return;
    // What is said comes in small pieces, each of which is waited for.
    sys_set_socket_option(connection, IPPROTO_TCP, TCP_NODELAY, 1);
    streams_reach(&carrier->streams, connection, worker);
}

static void run_once(struct carrier *carrier) {
    struct streams *streams = &carrier->streams;
    struct pollfd fds[1 + REQUEST_WORKERS_MAX + STREAMS_MAX] = {
        {streams->port, streams_port_events(streams), 0},
    };
    size_t first_stream = 1 + carrier->count, count = first_stream;
    short accepts = streams_can_reach(streams) ? POLLIN : 0;
    for (unsigned i = 0; i < carrier->count; i++) {
        fds[1 + i] = (struct pollfd){carrier->listeners[i], accepts, 0};
    }
    for (unsigned i = 0; i < STREAMS_MAX; i++) {
        const struct stream *stream = &streams->streams[i];
        short events = streams_connection_events(streams, stream);
        if (stream->number == 0 || stream->connection < 0 || events == 0) continue;
        fds[count++] = (struct pollfd){stream->connection, events, 0};
    }
    sys_poll(fds, count, streams_timeout_ms(streams));
    if (fds[0].revents != 0) streams_serve_port(streams, fds[0].revents);
    for (size_t i = first_stream; i < count; i++) {
        if (fds[i].revents != 0) streams_serve_connection(streams, fds[i].fd, fds[i].revents);
    }
    for (unsigned i = 0; i < carrier->count; i++) {
        if (fds[1 + i].revents != 0 && streams_can_reach(streams)) accept_for(carrier, i);
    }
    streams_finish_turn(streams);
}

static _Noreturn void carry(struct carrier *carrier) {
    const struct streams *streams = &carrier->streams;
    // Process 1 is not ended by such a signal, and this one is to see that a connection is closed.
    sys_set_signal_action(SIGPIPE, &(struct signal_action){.handler = (void (*)(int))SIG_IGN});
    while (!streams->lost && !streams->broken && !streams->refused) run_once(carrier);
    if (streams->refused) {
        console_line("zosia: worker %lu has hung up", (unsigned long)streams->refused_target + 1);
    } else if (streams->broken) {
        console_line("zosia: the host says something else than a frame");
    } else {
        console_line("zosia: the host has hung up");
    }
    sys_kill(-1, SIGHUP);
    sys_exit(1);
}

bool workers_carry(unsigned count) {
    static struct carrier carrier; // not on the stack: its buffers are large
    if (!streams_open(&carrier.streams, "zosia.workers")) {
        console_line("zosia: there is no port to reach the workers at");
        return false;
    }
    if (!listen_for_workers(&carrier, count)) return false;
    int process = sys_fork();
    if (process == 0) carry(&carrier);
    sys_close(carrier.streams.port);
    for (unsigned i = 0; i < carrier.count; i++) sys_close(carrier.listeners[i]);
    if (process < 0) console_line("zosia: cannot carry to the workers (errno %d)", -process);
    return process > 0;
}
