#include "oom_watch.h"

#include <stdint.h>

#include "statistics.h"
#include "sys.h"
#include "text.h"

// The kernel kills first and logs after; the other processor may be that much late.
enum { LOG_TIMEOUT_MS = 200, LOG_POLL_MS = 2 };

static unsigned kill_count(void) {
    unsigned count = 0;
    statistic_read("/proc/vmstat", "oom_kill", &count);
    return count;
}

void oom_watch_begin(struct oom_watch *watch) { watch->kills_before = kill_count(); }

bool oom_watch_killed(const struct oom_watch *watch) { return kill_count() != watch->kills_before; }

bool oom_victim_find(struct oom_victim *victim) {
    bool found = false;
    // Each read gives one record, beginning with the oldest (Documentation/ABI/testing/dev-kmsg).
    int log = sys_open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
    if (log < 0) return false;
    for (long deadline = sys_now_ms() + LOG_TIMEOUT_MS;;) {
        char record[8192]; // the kernel's own limit: for a longer one, a read would fail
        long count = sys_read(log, record, sizeof record - 1);
        if (count > 0) {
            record[count] = '\0';
            if (oom_victim_parse(record, victim)) found = true;
        } else if (count == -EAGAIN && !found && sys_now_ms() < deadline) {
            sys_sleep_ms(LOG_POLL_MS);
        } else if (count != -EPIPE && count != -EINTR) { // EPIPE: some were overwritten meanwhile
            break;
        }
    }
    sys_close(log);
    return found;
}

static bool parse_size(const char *record, const char *name, unsigned *size_kib) {
    const char *at = text_find(record, name);
    if (at == NULL) return false;
    at += text_length(name);
    return text_parse_number(&at, UINT32_MAX, size_kib) && text_starts_with(at, "kB");
}

bool oom_victim_parse(const char *record, struct oom_victim *victim) {
    unsigned anonymous_kib, file_kib, shared_kib;
    const char *at = text_find(record, "Killed process ");
    if (at == NULL || !parse_size(at, " anon-rss:", &anonymous_kib) ||
        !parse_size(at, " file-rss:", &file_kib) || !parse_size(at, " shmem-rss:", &shared_kib)) {
        return false;
    }
    *victim = (struct oom_victim){.own_kib = anonymous_kib + shared_kib, .mapped_kib = file_kib};
    return true;
}
