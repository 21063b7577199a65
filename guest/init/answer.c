#include "answer.h"

#include "console.h"
#include "farewell.h"
#include "file.h"
#include "sys.h"
#include "text.h"

#define PORT_NAME "zosia.answer"

enum { APPEAR_TIMEOUT_MS = 2000, APPEAR_POLL_MS = 2 };

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
    if (!serial_device_exists()) return;
    // The device announces its ports one by one after its driver has started.
    for (long deadline = sys_now_ms() + APPEAR_TIMEOUT_MS; sys_now_ms() < deadline;
         sys_sleep_ms(APPEAR_POLL_MS)) {
        char path[64] = "";
        directory_visit("/sys/class/virtio-ports", match_port, path);
        if (answer->port < 0 && path[0] != '\0') {
            answer->port = sys_open(path, O_WRONLY | O_NONBLOCK);
        }
        if (answer->port >= 0 && host_listens(answer->port)) return;
    }
    if (answer->port < 0) return;
    sys_close(answer->port);
    answer->port = -1;
}

static void write_once(struct answer *answer, size_t kept) {
    struct queue *text = &answer->text;
    if (queue_length(text) <= kept) return;
    if (answer->port < 0) {
        console_text(text->bytes + text->start, queue_length(text) - kept);
        text->start = text->end - kept;
        answer->line_open = text->bytes[text->start - 1] != '\n';
        return;
    }
    long count = queue_drain(text, answer->port, kept);
    answer->lost = answer->lost || (count < 0 && count != -EAGAIN && count != -EINTR);
    if (answer->lost) text->start = text->end; // nobody will read it: let the program go on
}

void answer_write(struct answer *answer) { write_once(answer, FAREWELL_MAX); }

bool answer_finish(struct answer *answer) {
    struct queue *text = &answer->text;
    text->end = text->start + farewell_strip(text->bytes + text->start, queue_length(text));
    while (queue_length(text) > 0) {
        struct pollfd writable = {answer->port, POLLOUT, 0};
        if (answer->port >= 0) sys_poll(&writable, 1, -1);
        if (writable.revents & POLLHUP) answer->lost = true;
        write_once(answer, 0);
    }
    if (answer->line_open) console_text("\n", 1);
    // Closing sends the host a message and waits for it: what was written before has been taken by then.
    if (answer->port >= 0) sys_close(answer->port);
    return !answer->lost;
}
