#include "delivery.h"

#include "kernel/sys.h"
#include "kernel/virtio_port.h"

#define PORT_NAME "zosia.listing"

enum { PORT_QUEUE_PLACES = 128 }; // QEMU's; another monitor's may be fewer

void delivery_open(struct delivery *delivery) {
    delivery->port = virtio_port_open(PORT_NAME, O_WRONLY | O_NONBLOCK);
}

void delivery_give_up(struct delivery *delivery) {
    delivery->lost = true;
    delivery->text.start = delivery->text.end;
}

static void send_some(struct delivery *delivery, size_t size) {
    // The kernel takes as many writes as the port's queue has places, and cannot be asked whether the
    // host has had them; switched off, they are lost. So the last bytes go one by one: by the time they
    // have filled the queue, all before them is with the host, and when that has made room again, the
    // few that are left follow at once.
    while (size > 0) {
        size_t length = size > PORT_QUEUE_PLACES ? size - PORT_QUEUE_PLACES : 1;
        long count = sys_write(delivery->port, delivery->text.bytes + delivery->text.start, length);
        if (count == -EAGAIN || count == -EINTR) return;
        if (count < 0) {
            delivery_give_up(delivery);
            return;
        }
        delivery->text.start += (size_t)count;
        size -= (size_t)count;
    }
}

static bool delivery_waits(const struct delivery *delivery) { return queue_length(&delivery->text) > 0; }

static void delivery_write(struct delivery *delivery) {
    size_t length = queue_length(&delivery->text);
    if (length == 0) return;
    send_some(delivery, length);
}

static void wait_for_room(struct delivery *delivery) {
    struct pollfd writable = {delivery->port, POLLOUT, 0};
    sys_poll(&writable, 1, -1);
    if (writable.revents & POLLHUP) delivery_give_up(delivery);
}

bool delivery_finish(struct delivery *delivery) {
    while (delivery_waits(delivery)) {
        wait_for_room(delivery);
        delivery_write(delivery);
    }
    wait_for_room(delivery);
    sys_close(delivery->port); // sends the host a message, and waits until it is read
    return !delivery->lost;
}
