// Waiting for something that should be there soon: for so long, and for so many looks. On a host that is
// busy elsewhere the machine hardly runs while its clock does, and a deadline alone passes between two
// looks; looks count what the machine itself could do.
#ifndef ZOSIA_PATIENCE_H
#define ZOSIA_PATIENCE_H

#include <stdbool.h>

#include "sys.h"

struct patience {
    long deadline_ms;
    int looks_left;
};

static inline struct patience patience_of(long duration_ms, int looks) {
    return (struct patience){sys_now_ms() + duration_ms, looks};
}

// To be asked after each look that found nothing: whether it was the last.
static inline bool patience_ends(struct patience *patience) {
    if (patience->looks_left > 0) patience->looks_left--;
    return patience->looks_left == 0 && sys_now_ms() >= patience->deadline_ms;
}

#endif
