/*
 * Stands in for a QEMU program. What zosia asks QEMU about itself is answered by the real one, at
 * ZOSIA_BENCH_QEMU. A machine with an initramfs is not started: the time by the monotonic clock, and the
 * processor time that the parent, which is zosia, has taken so far, are written in nanoseconds to
 * ZOSIA_BENCH_STARTED. Linux alone.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) exit(1);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int argc, char **argv) {
    long long started = nanoseconds(CLOCK_MONOTONIC);
    int is_machine = 0;
    for (int i = 1; i < argc; i++) is_machine |= strcmp(argv[i], "-initrd") == 0;
    if (!is_machine) {
        argv[0] = getenv("ZOSIA_BENCH_QEMU");
        execv(argv[0], argv);
        return 1;
    }
    clockid_t parent;
    if (clock_getcpuclockid(getppid(), &parent) != 0) return 1;
    FILE *file = fopen(getenv("ZOSIA_BENCH_STARTED"), "w");
    if (file == NULL) return 1;
    fprintf(file, "%lld %lld\n", started, nanoseconds(parent));
    return fclose(file) == 0 ? 0 : 1;
}
