// A team whose work is shared out beforehand: each processor has a range of the items of its own, the same
// one every time, and helps the others when it has done that. Which processors take part changes while it
// runs: whoever comes late has a range from the next job on, and whoever is held up is helped.
#ifndef ZOSIA_SHARES_H
#define ZOSIA_SHARES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/team.h"

enum { SHARES_MAX = 256 };

struct shares {
    struct team team;
    void (*relax)(void); // called over and over while there is nothing to do

    // The job. It stays what it is while a chunk of it that was taken is not done.
    team_part *part;
    void *context;
    size_t count;
    size_t grain;
    unsigned owners; // ranges

    _Alignas(64) uint64_t job; // its number, told when all of it is there
    uint32_t members; // how many have joined, and whether more may
    uint32_t left; // how many of them have gone
    _Alignas(64) uint64_t done; // chunks

    // How many chunks of each range nobody has taken yet. Less than 0 is none.
    struct {
        _Alignas(64) int64_t chunks;
    } of[SHARES_MAX];
};

// Everything starts as zeros, and without members: nobody may join yet. The team's size is that of those
// who have joined, the caller included.
void shares_set_up(struct shares *shares, size_t worthwhile, void (*relax)(void));

// Lets others join. False when some of those that were dismissed have not gone yet.
bool shares_open(struct shares *shares);

// For every processor but the one that has the team run: joins, and works until it is dismissed.
void shares_help(struct shares *shares);

// How many have joined.
unsigned shares_joined(const struct shares *shares);

// Nobody may join any more, and those that have are to go. Between jobs.
void shares_dismiss(struct shares *shares);

// Whether they have gone.
bool shares_are_gone(const struct shares *shares);

#endif
