#ifndef BATCH_H
#define BATCH_H

/*
 * Documents, one after another without padding. Each is attended to by itself, and its first token has
 * position 0. A target of weight 0 costs nothing and teaches nothing.
 */
struct batch {
    int documents;
    int rows;
    const int *lengths;
    const int *tokens;
    const int *targets;
    const float *weights;
};

#endif
