// Processors that share a piece of work.
#ifndef ZOSIA_TEAM_H
#define ZOSIA_TEAM_H

#include <stddef.h>

// Does the items from `begin` up to `end`. Called from several processors at once.
typedef void team_part(void *context, size_t begin, size_t end);

struct team {
    unsigned size; // processors, the caller's included
    size_t worthwhile; // the least work, in multiplications, that is worth handing to another
    // Returns when all of the items are done. Parts begin at multiples of `grain`.
    void (*run)(struct team *team, team_part *part, void *context, size_t count, size_t grain);
};

// `cost` is the work of one item. Without a team, or for little work, the caller does it all.
static inline void team_run(struct team *team, team_part *part, void *context, size_t count, size_t grain,
                            size_t cost) {
    if (team == NULL || team->size < 2 || count * cost < 2 * team->worthwhile) {
        part(context, 0, count);
        return;
    }
    // Several parts a processor, so that one that is held up does not hold up all.
    size_t share = count / (team->size * 4u), least = team->worthwhile / cost;
    size_t items = share > least ? share : least;
    team->run(team, part, context, count, (items + grain) / grain * grain);
}

#endif
