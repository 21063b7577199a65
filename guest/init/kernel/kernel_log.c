#include "kernel_log.h"

#include "sys.h"
#include "wait_limit.h"

enum { WAIT_MS = 200, POLL_MS = 2, LOOKS = 100 };

bool kernel_log_search(kernel_log_handler *handle, void *context, bool waits) {
    bool found = false;
    // Each read gives one record, beginning with the oldest (Documentation/ABI/testing/dev-kmsg).
    int log = sys_open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
    if (log < 0) return false;
    for (struct wait_limit limit = wait_limit_of(WAIT_MS, LOOKS); !found;) {
        char record[8192]; // the kernel's own limit: for a longer one, a read would fail
        long count = sys_read(log, record, sizeof record - 1);
        if (count > 0) {
            record[count] = '\0';
            found = handle(record, context);
        } else if (count == -EAGAIN && waits && !wait_limit_reached(&limit)) {
            sys_sleep_ms(POLL_MS);
        } else if (count != -EPIPE && count != -EINTR) { // EPIPE: some were overwritten meanwhile
            break;
        }
    }
    sys_close(log);
    return found;
}
