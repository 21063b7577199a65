#include "oom_watch.h"

#include <stdint.h>

#include "kernel/kernel_log.h"
#include "kernel/statistics.h"
#include "text/text.h"

static unsigned kill_count(void) {
    unsigned count = 0;
    statistic_read("/proc/vmstat", "oom_kill", &count);
    return count;
}

void oom_watch_begin(struct oom_watch *watch) { watch->kills_before = kill_count(); }

bool oom_watch_killed(const struct oom_watch *watch) { return kill_count() != watch->kills_before; }

// The last victim is asked for: the log is read to its end, and so none is ever enough.
static bool keep_victim(const char *record, void *context) {
    struct oom_victim found;
    if (oom_victim_parse(record, &found)) *(struct oom_victim *)context = found;
    return false;
}

static bool is_victim(const char *record, void *context) { return oom_victim_parse(record, context); }

bool oom_victim_find(struct oom_victim *victim) {
    // The kernel kills first and logs after; the other processor may be that much late.
    if (!kernel_log_search(is_victim, victim, true)) return false;
    kernel_log_search(keep_victim, victim, false);
    return true;
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
