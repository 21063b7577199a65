#include "bridge.h"

#include "console/console.h"
#include "kernel/sys.h"
#include "kernel/virtio_port.h"
#include "server_socket.h"

static bool waits(long count) { return count == -EAGAIN || count == -EINTR; }

bool bridge_open(struct bridge *bridge) {
    bridge->connection = -1;
    bridge->port = virtio_port_open("zosia.server", O_RDWR | O_NONBLOCK);
    if (bridge->port < 0) console_line("zosia: there is no port to serve");
    return bridge->port >= 0;
}

short bridge_port_events(const struct bridge *bridge) {
    return (short)((queue_room(&bridge->to_server) > 0 ? POLLIN : 0) |
                   (queue_length(&bridge->to_host) > 0 ? POLLOUT : 0));
}

short bridge_connection_events(const struct bridge *bridge) {
    return (short)((queue_room(&bridge->to_host) > 0 ? POLLIN : 0) |
                   (queue_length(&bridge->to_server) > 0 ? POLLOUT : 0));
}

static void hang_up(struct bridge *bridge) {
    sys_close(bridge->connection);
    bridge->connection = -1;
}

void bridge_serve_port(struct bridge *bridge, short events) {
    if (events & POLLIN) {
        long count = queue_fill(&bridge->to_server, bridge->port);
        if (count == 0 || (count < 0 && !waits(count))) bridge->lost = true;
    }
    if (events & POLLHUP) bridge->lost = true;
    if (events & POLLOUT) queue_drain(&bridge->to_host, bridge->port, 0);
}

void bridge_connect(struct bridge *bridge) {
    if (bridge->connection >= 0 || queue_length(&bridge->to_server) == 0) return;
    // A server that does not listen any more is about to end, which is seen elsewhere.
    bridge->connection = server_connect();
}

void bridge_serve_connection(struct bridge *bridge, short events) {
    // What it says comes first: a server that has hung up is to be given nothing more.
    if (events & (POLLIN | POLLHUP | POLLERR)) {
        long count = queue_fill(&bridge->to_host, bridge->connection);
        if (count == 0 || (count < 0 && !waits(count))) {
            hang_up(bridge);
            return;
        }
    }
    if (events & POLLOUT) queue_drain(&bridge->to_server, bridge->connection, 0);
}
