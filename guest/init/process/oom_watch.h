// Learning that the kernel has killed a program because memory ran out. The program itself only sees a
// SIGKILL; the kernel counts such deaths, and says in its log how much memory the dead had.
#ifndef ZOSIA_OOM_WATCH_H
#define ZOSIA_OOM_WATCH_H

#include <stdbool.h>

struct oom_watch {
    unsigned kills_before;
};

struct oom_victim {
    unsigned own_kib; // anonymous and shared memory
    unsigned mapped_kib; // pages of files, such as a model
};

void oom_watch_begin(struct oom_watch *watch);

// Whether the kernel has killed anything since the beginning.
bool oom_watch_killed(const struct oom_watch *watch);

// What the last one that was killed had. False when the kernel's log does not tell.
bool oom_victim_find(struct oom_victim *victim);

// Reads a record of the kernel's log (mm/oom_kill.c): "... Killed process PID (NAME) total-vm:NkB,
// anon-rss:NkB, file-rss:NkB, shmem-rss:NkB, ...". False when it is another one.
bool oom_victim_parse(const char *record, struct oom_victim *victim);

#endif
