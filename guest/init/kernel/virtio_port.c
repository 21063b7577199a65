#include "virtio_port.h"

#include "file.h"
#include "sys.h"
#include "text/text.h"
#include "wait_limit.h"

enum { APPEAR_TIMEOUT_MS = 2000, APPEAR_POLL_MS = 2, APPEAR_LOOKS = 1000, NAME_MAX = 64 };

struct search {
    const char *name;
    char path[NAME_MAX]; // of the device; empty: not found
};

static bool match_port(const char *port, void *context) {
    struct search *search = context;
    char path[96], name[NAME_MAX + 1];
    text_format(path, sizeof path, "/sys/class/virtio-ports/%s/name", port);
    long length = file_read(path, name, sizeof name);
    if (length <= 0) return true;
    name[length - 1] = '\0'; // a line feed
    if (!text_equal(name, search->name)) return true;
    text_format(search->path, sizeof search->path, "/dev/%s", port);
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

int virtio_port_open(const char *name, int flags) {
    if (!serial_device_exists()) return -1;
    int port = -1;
    // The device announces its ports one by one after its driver has started.
    struct wait_limit limit = wait_limit_of(APPEAR_TIMEOUT_MS, APPEAR_LOOKS);
    for (;; sys_sleep_ms(APPEAR_POLL_MS)) {
        struct search search = {.name = name};
        directory_visit("/sys/class/virtio-ports", match_port, &search);
        if (port < 0 && search.path[0] != '\0') port = sys_open(search.path, flags);
        if (port >= 0 && host_listens(port)) return port;
        if (wait_limit_reached(&limit)) break;
    }
    if (port >= 0) sys_close(port);
    return -1;
}
