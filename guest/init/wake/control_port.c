#include "control_port.h"

#include "console/console.h"
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "kernel/virtio_port.h"
#include "text/text.h"

#define AWAKE "awake\n"

enum { LEAVE = 'l' };

bool control_port_open(struct control_port *port) {
    port->fd = virtio_port_open("zosia.control", O_RDWR);
    if (port->fd < 0) console_line("zosia: there is no port to meet the host at");
    return port->fd >= 0;
}

// A request to leave that the machine was about to do anyway may come before the message.
static bool read_message(int fd, unsigned char message[WAKE_MESSAGE_BYTES]) {
    do {
        if (!read_all(fd, message, 1)) return false;
    } while (message[0] == LEAVE);
    return read_all(fd, message + 1, WAKE_MESSAGE_BYTES - 1);
}

bool control_port_meet(const struct control_port *port, const char *where, struct wake *wake) {
    unsigned char message[WAKE_MESSAGE_BYTES];
    console_drain();
    if (!write_all(port->fd, where, text_length(where)) || !read_message(port->fd, message)) {
        console_line("zosia: the host has hung up");
        return false;
    }
    if (!wake_read(wake, message)) {
        console_line("zosia: the host says something else than a wake message");
        return false;
    }
    return wake_apply(wake);
}

bool control_port_go_on(const struct control_port *port) {
    return write_all(port->fd, AWAKE, sizeof AWAKE - 1);
}

bool control_port_asks_to_leave(const struct control_port *port) {
    char byte;
    long count = sys_read(port->fd, &byte, 1);
    if (count == -EINTR || count == -EAGAIN) return false;
    return count <= 0 || byte == LEAVE;
}
