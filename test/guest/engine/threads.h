// The threads of a host as a team, as processors are one under firmware.
#ifndef ZOSIA_TEST_THREADS_H
#define ZOSIA_TEST_THREADS_H

#include <pthread.h>

#include "engine/base/shares.h"

static struct shares threads;

static void threads_relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void *threads_help(void *nothing) {
    shares_help(&threads);
    return nothing;
}

// Starts them once, and waits until all are there.
static struct team *threads_start(unsigned count) {
    enum { WORTHWHILE = 32768 };
    if (threads.team.size == count) return &threads.team;
    shares_set_up(&threads, WORTHWHILE, threads_relax);
    shares_open(&threads);
    for (unsigned i = 1; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, threads_help, NULL) != 0) return NULL;
    }
    while (shares_joined(&threads) + 1 < count) threads_relax();
    threads.team.size = count;
    return &threads.team;
}

#endif
