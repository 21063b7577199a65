// Processors that share a piece of work.
#ifndef ZOSIA_TEAM_H
#define ZOSIA_TEAM_H

#include <stddef.h>

// Does the items from `begin` up to `end`. Called from several processors at once.
typedef void team_part(void *context, size_t begin, size_t end);

struct team {
    unsigned size; // processors, the caller's included
    size_t worthwhile; // the least work, in multiplications, that is worth handing to another
    // Returns when all of the items are done. Parts begin at multiples of `grain`, and may be as small.
    void (*run)(struct team *team, team_part *part, void *context, size_t count, size_t grain);
};

// `cost` is the work of one item. Without a team, or for little work, the caller does it all.
static inline void team_run(struct team *team, team_part *part, void *context, size_t count, size_t grain,
                            size_t cost) {
    if (team == NULL || team->size < 2 || count * cost < 2 * team->worthwhile) {
        part(context, 0, count);
        return;
    }
    size_t least = team->worthwhile / cost, grains = least / grain + (least % grain != 0);
    team->run(team, part, context, count, grains > 1 ? grains * grain : grain);
}

#endif
