// A turn of a program that carries streams, and a program for them to lead to: who listens at ./server.sock.
#include "kernel/sys.h"
#include "streams/streams.h"

static int connect_to_server(void) {
    static const struct unix_address address = {.family = AF_UNIX, .path = "server.sock"};
    int connection = (int)sys_socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | O_CLOEXEC, 0);
    long error = sys_connect(connection, &address);
    if (error >= 0) return connection;
    sys_close(connection);
    return (int)error;
}

static void begin_streams(const struct streams *streams) {
    sys_set_nonblocking(streams->port, O_RDWR);
    // As for process 1, which no such signal ends.
    sys_set_signal_action(SIGPIPE, &(struct signal_action){.handler = (void (*)(int))SIG_IGN});
}

static void run_streams_once(struct streams *streams) {
    struct pollfd fds[1 + STREAMS_MAX] = {{streams->port, streams_port_events(streams), 0}};
    size_t count = 1;
    for (unsigned i = 0; i < STREAMS_MAX; i++) {
        const struct stream *stream = &streams->streams[i];
        short events = streams_connection_events(streams, stream);
        if (stream->number != 0 && stream->connection >= 0 && events != 0) {
            fds[count++] = (struct pollfd){stream->connection, events, 0};
        }
    }
    sys_poll(fds, count, streams_timeout_ms(streams));
    if (fds[0].revents != 0) streams_serve_port(streams, fds[0].revents);
    for (size_t i = 1; i < count; i++) {
        if (fds[i].revents != 0) streams_serve_connection(streams, fds[i].fd, fds[i].revents);
    }
    streams_finish_turn(streams);
}
