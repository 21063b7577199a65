#include "answer.h"

#include "console/console.h"
#include "kernel/sys.h"
#include "kernel/virtio_port.h"

#define PORT_NAME "zosia.answer"

enum { PORT_QUEUE_PLACES = 128 }; // QEMU's; another monitor's may be fewer

void answer_open(struct answer *answer) {
    answer->port = virtio_port_open(PORT_NAME, O_WRONLY | O_NONBLOCK);
    answer->timeout_ms = -1;
}

// What is dropped makes room, so that the program can come to its end.
void answer_give_up(struct answer *answer) {
    answer->lost = true;
    answer->text.start = answer->text.end;
}

static void print_some(struct answer *answer, size_t size) {
    console_text(answer->text.bytes + answer->text.start, size);
    answer->text.start += size;
    answer->line_open = answer->text.bytes[answer->text.start - 1] != '\n';
}

static void send_some(struct answer *answer, size_t size) {
    // The kernel takes as many writes as the port's queue has places, and cannot be asked whether the
    // host has had them; switched off, they are lost. So the last bytes go one by one: by the time they
    // have filled the queue, all before them is with the host, and when that has made room again, the
    // few that are left follow at once.
    while (size > 0) {
        size_t length = size > PORT_QUEUE_PLACES ? size - PORT_QUEUE_PLACES : 1;
        long count = sys_write(answer->port, answer->text.bytes + answer->text.start, length);
        if (count == -EAGAIN || count == -EINTR) return;
        if (count < 0) {
            answer_give_up(answer);
            return;
        }
        answer->text.start += (size_t)count;
        size -= (size_t)count;
    }
}

bool answer_waits(const struct answer *answer) { return queue_length(&answer->text) > 0; }

void answer_write(struct answer *answer) {
    size_t length = queue_length(&answer->text);
    if (length == 0) return;
    if (answer->port < 0) {
        print_some(answer, length);
    } else {
        send_some(answer, length);
    }
}

static void wait_for_room(struct answer *answer) {
    struct pollfd writable = {answer->port, POLLOUT, 0};
    bool taken = sys_poll(&writable, 1, answer->timeout_ms) != 0;
    if (!taken || (writable.revents & POLLHUP)) answer_give_up(answer);
}

bool answer_finish(struct answer *answer) {
    while (answer_waits(answer)) {
        if (answer->port >= 0) wait_for_room(answer);
        answer_write(answer);
    }
    if (answer->line_open) console_text("\n", 1);
    if (answer->port >= 0) {
        wait_for_room(answer);
        sys_close(answer->port); // sends the host a message, and waits until it is read
    }
    return !answer->lost;
}
