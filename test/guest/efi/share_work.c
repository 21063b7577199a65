// share_work: a team of threads does jobs of many sizes, some of its members coming late, going, or sleeping,
// and every item is counted.
//
//     share_work THREADS JOBS [held-up]
//
// Prints "right" when each item of each job was done once, by parts that begin at multiples of the grain.

#define _DEFAULT_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/shares.h"

enum { MAX_ITEMS = 4096 };

static struct shares shares;
static unsigned counts[MAX_ITEMS];
static unsigned wrong;

struct job {
    size_t count, grain;
    unsigned sleeper; // a part that begins here takes long
};

static __thread bool is_held_up;
static bool held, jobs_are_done;

// The one that is held up has joined, and then sees nothing until all jobs are done.
static void relax(void) {
    sched_yield();
    if (!is_held_up) return;
    __atomic_store_n(&held, true, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&jobs_are_done, __ATOMIC_ACQUIRE)) sched_yield();
}

static void part(void *context, size_t begin, size_t end) {
    const struct job *job = context;
    if (begin % job->grain != 0 || end > job->count || begin >= end) {
        __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
        return;
    }
    if (job->sleeper == begin) usleep(200);
    // Not atomic: nobody else may have these.
    for (size_t i = begin; i < end; i++) counts[i]++;
}

enum { HELD_UP = 1 };

static void *help(void *delay) {
    is_held_up = (uintptr_t)delay == HELD_UP;
    usleep((useconds_t)(uintptr_t)delay);
    shares_help(&shares);
    return NULL;
}

static void run_jobs(unsigned jobs) {
    for (unsigned j = 0; j < jobs; j++) {
        struct job job = {(size_t)rand() % MAX_ITEMS + 1, (size_t)rand() % 7 + 1, 0};
        job.sleeper = rand() % 4 == 0 ? (unsigned)(job.grain * ((size_t)rand() % 64)) : ~0u;
        for (size_t i = 0; i < MAX_ITEMS; i++) counts[i] = 0;
        shares.team.run(&shares.team, part, &job, job.count, job.grain);
        for (size_t i = 0; i < MAX_ITEMS; i++) wrong += counts[i] != (i < job.count);
    }
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    bool holds_up = count > 3;
    unsigned others = (unsigned)atoi(arguments[1]) - 1, jobs = (unsigned)atoi(arguments[2]);
    pthread_t threads[64];
    shares_set_up(&shares, 1, relax);
    for (unsigned round = 0; round < 3; round++) {
        while (!shares_open(&shares)) relax();
        held = false;
        jobs_are_done = false;
        // One in three comes when the jobs have long begun.
        for (unsigned i = 0; i < others; i++) {
            pthread_create(&threads[i], NULL, help,
                           (void *)(uintptr_t)(i % 3 == 2           ? 3000
                                               : holds_up && i == 0 ? HELD_UP
                                                                    : 0));
        }
        while (holds_up && !__atomic_load_n(&held, __ATOMIC_ACQUIRE)) relax();
        run_jobs(jobs);
        __atomic_store_n(&jobs_are_done, true, __ATOMIC_RELEASE);
        unsigned joined = shares_joined(&shares);
        if (joined > others) wrong++;
        shares_dismiss(&shares);
        for (unsigned i = 0; i < others; i++) pthread_join(threads[i], NULL);
        if (!shares_are_gone(&shares)) wrong++;
    }
    printf(wrong == 0 ? "right\n" : "wrong %u times\n", wrong);
    return 0;
}
