#include "supervisor.h"

#include "console/console.h"
#include "kernel/statistics.h"
#include "kernel/sys.h"
#include "signal_name.h"
#include "status.h"
#include "text/text.h"

// A killed program is gone at once, unless it hangs in the kernel, as on a disk that does not answer.
enum { KILL_TIMEOUT_MS = 3000 };

static const char *base_name(const char *path) {
    const char *name = path;
    for (; *path != '\0'; path++) {
        if (*path == '/') name = path + 1;
    }
    return name;
}

bool supervisor_start(struct supervisor *supervisor, const struct child_setup *setup, int time_limit_s) {
    *supervisor = (struct supervisor){
        .name = base_name(setup->arguments[0]),
        .time_limit_s = time_limit_s,
        .deadline_ms = sys_now_ms() + time_limit_s * 1000L,
    };
    oom_watch_begin(&supervisor->oom);
    return child_start(&supervisor->child, setup);
}

static bool has_deadline(const struct supervisor *supervisor) {
    return supervisor->time_limit_s > 0 && !supervisor->abandoned;
}

long supervisor_timeout_ms(const struct supervisor *supervisor, long timeout_ms) {
    if (!has_deadline(supervisor)) return timeout_ms;
    long left = supervisor->deadline_ms - sys_now_ms();
    if (left < 0) left = 0;
    return timeout_ms < 0 || left < timeout_ms ? left : timeout_ms;
}

void supervisor_enforce(struct supervisor *supervisor) {
    if (!has_deadline(supervisor) || sys_now_ms() < supervisor->deadline_ms) return;
    if (supervisor->stopped) {
        supervisor->abandoned = true;
        return;
    }
    supervisor->stopped = true;
    supervisor->deadline_ms = sys_now_ms() + KILL_TIMEOUT_MS;
    if (supervisor->child.running) sys_kill(supervisor->child.process, SIGKILL);
}

static void report_lack_of_memory(const struct supervisor *supervisor) {
    struct oom_victim victim;
    int total_mib = memory_total_mib();
    if (oom_victim_find(&victim)) {
        console_line("zosia: %s was killed for lack of memory: it had %d MiB, and %d MiB of mapped "
                     "files, of the machine's %d MiB",
                     supervisor->name, (int)(victim.own_kib / 1024), (int)(victim.mapped_kib / 1024),
                     total_mib);
    } else {
        console_line("zosia: %s was killed for lack of memory: the machine has %d MiB", supervisor->name,
                     total_mib);
    }
}

int supervisor_finish(struct supervisor *supervisor) {
    const char *name = supervisor->name;
    int status = supervisor->child.status;
    if (supervisor->stopped) {
        status = STATUS_TIME_LIMIT;
        console_line("zosia: %s did not end within %d s; stopped", name, supervisor->time_limit_s);
    } else if (status == STATUS_SIGNALLED + SIGKILL && oom_watch_killed(&supervisor->oom)) {
        report_lack_of_memory(supervisor);
    } else if (status > STATUS_SIGNALLED) {
        int signal = status - STATUS_SIGNALLED;
        console_line("zosia: %s was killed by signal %d (%s)", name, signal, signal_name(signal));
    } else if (status != STATUS_OK) {
        console_line("zosia: %s failed with status %d", name, status);
    }
    return status;
}
