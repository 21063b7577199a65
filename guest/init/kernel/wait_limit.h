// Waiting for something that should be there soon: for so long, and for so many looks. On a host that is
// busy elsewhere the machine hardly runs while its clock does, and a deadline alone passes between two
// looks; looks count what the machine itself could do.
#ifndef ZOSIA_WAIT_LIMIT_H
#define ZOSIA_WAIT_LIMIT_H

#include <stdbool.h>

#include "sys.h"

struct wait_limit {
    long deadline_ms;
    int looks_left;
};

static inline struct wait_limit wait_limit_of(long duration_ms, int looks) {
    return (struct wait_limit){sys_now_ms() + duration_ms, looks};
}

// To be asked after each look that found nothing: whether it was the last.
static inline bool wait_limit_reached(struct wait_limit *limit) {
    if (limit->looks_left > 0) limit->looks_left--;
    return limit->looks_left == 0 && sys_now_ms() >= limit->deadline_ms;
}

#endif
