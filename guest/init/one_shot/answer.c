#include "answer.h"

#include "console/console.h"
#include "kernel/file.h"
#include "kernel/sys.h"
#include "kernel/wait_limit.h"
#include "text/text.h"

#define PORT_NAME "zosia.answer"

enum {
    APPEAR_TIMEOUT_MS = 2000,
    APPEAR_POLL_MS = 2,
    APPEAR_LOOKS = 1000,
    PORT_QUEUE_PLACES = 128, // QEMU's; another monitor's may be fewer
};

// Writes the device path of the port into `context`, a buffer of 64 bytes, when `port` is the one.
static bool match_port(const char *port, void *context) {
    char path[96], name[64];
    text_format(path, sizeof path, "/sys/class/virtio-ports/%s/name", port);
    if (file_read(path, name, sizeof name) <= 0 || !text_equal(name, PORT_NAME "\n")) return true;
    text_format(context, 64, "/dev/%s", port);
    return false;
}

// Stops at a virtio device that is a console (virtio specification, device ID 3).
static bool match_serial_device(const char *device, void *context) {
    char path[96], id[16];
    text_format(path, sizeof path, "/sys/bus/virtio/devices/%s/device", device);
    *(bool *)context = file_read(path, id, sizeof id) > 0 && text_equal(id, "0x0003\n");
    return !*(bool *)context;
}

static bool serial_device_exists(void) {
    bool found = false;
    directory_visit("/sys/bus/virtio/devices", match_serial_device, &found);
    return found;
}

// Until the host has opened its end, the port reports a hang-up.
static bool host_listens(int port) {
    struct pollfd state = {port, POLLOUT, 0};
    sys_poll(&state, 1, 0);
    return (state.revents & POLLHUP) == 0;
}

void answer_open(struct answer *answer) {
    answer->port = -1;
    answer->timeout_ms = -1;
    if (!serial_device_exists()) return;
    // The device announces its ports one by one after its driver has started.
    struct wait_limit limit = wait_limit_of(APPEAR_TIMEOUT_MS, APPEAR_LOOKS);
    for (;; sys_sleep_ms(APPEAR_POLL_MS)) {
        char path[64] = "";
        directory_visit("/sys/class/virtio-ports", match_port, path);
        if (answer->port < 0 && path[0] != '\0') {
            answer->port = sys_open(path, O_WRONLY | O_NONBLOCK);
        }
        if (answer->port >= 0 && host_listens(answer->port)) return;
        if (wait_limit_reached(&limit)) break;
    }
    if (answer->port < 0) return;
    sys_close(answer->port);
    answer->port = -1;
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
