#include "engine/sampling/candidates.h"

static int comes_before(struct candidate a, struct candidate b) {
    return a.probability > b.probability || (a.probability == b.probability && a.token < b.token);
}

static void sift_down(struct candidate *heap, uint32_t count, uint32_t parent) {
    struct candidate moved = heap[parent];
    for (;;) {
        uint32_t child = 2 * parent + 1;
        if (child >= count) break;
        if (child + 1 < count && comes_before(heap[child + 1], heap[child])) child++;
        if (!comes_before(heap[child], moved)) break;
        heap[parent] = heap[child];
        parent = child;
    }
    heap[parent] = moved;
}

struct candidates candidates_of(struct candidate *all, uint32_t count) {
    for (uint32_t i = count / 2; i-- > 0;) sift_down(all, count, i);
    return (struct candidates){all, count, count};
}

struct candidate candidates_next(struct candidates *c) {
    struct candidate top = c->all[0];
    c->all[0] = c->all[--c->left];
    sift_down(c->all, c->left, 0);
    c->all[c->left] = top;
    return top;
}
