#ifndef TEAM_H
#define TEAM_H

#include "batch.h"
#include "real.h"
#include "shape.h"

/*
 * Threads that share the documents of a batch. Which thread takes which documents depends on their
 * lengths alone, and their gradients are added in the order of the threads: the same number of threads
 * gives the same bits.
 */
struct team;

/* NULL when there is no memory or no thread. */
struct team *make_team(const struct shape *shape, int threads);

/* The weighted loss of a batch; its gradient replaces `gradient`, unless that is NULL. */
double team_pass(struct team *team, const real *parameters, const struct batch *batch, real *gradient);

#endif
