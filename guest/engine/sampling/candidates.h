// Candidates for the next token in the order of their likelihood, without sorting more of them than needed: a
// heap gives them one by one, and they gather, likeliest first, behind the shrinking heap.
#ifndef ZOSIA_CANDIDATES_H
#define ZOSIA_CANDIDATES_H

#include <stdint.h>

struct candidate {
    float probability; // or its logit
    uint32_t token;
};

struct candidates {
    struct candidate *all;
    uint32_t count;
    uint32_t left; // in the heap
};

// Makes a heap of `count` candidates.
struct candidates candidates_of(struct candidate *all, uint32_t count);

// Takes the likeliest out of the heap, in which there is one; of equals the one with the lower number.
struct candidate candidates_next(struct candidates *candidates);

// The one that was taken out at that turn, from 0 on.
static inline struct candidate candidates_taken(const struct candidates *candidates, uint32_t turn) {
    return candidates->all[candidates->count - 1 - turn];
}

#endif
