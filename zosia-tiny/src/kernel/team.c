#include "team.h"

#include <pthread.h>
#include <stdlib.h>

#include "pass.h"

struct member {
    struct pass *pass;
    const real *parameters;
    struct batch share;
    real *gradient; /* its own, but the first member's is the caller's */
    size_t count;
    int wants_gradient;
    double loss;
};

struct team {
    int size;
    size_t count;
    struct member *members;
};

struct team *make_team(const struct shape *shape, int threads) {
    struct team *team = calloc(1, sizeof *team);
    if (!team) return NULL;
    team->size = threads;
    team->count = layout_of(shape).count;
    team->members = calloc(threads, sizeof *team->members);
    for (int i = 0; i < threads; i++) {
        struct member *m = team->members ? &team->members[i] : NULL;
        if (!m || !(m->pass = make_pass(shape))) return NULL;
        if (i > 0 && !(m->gradient = malloc(team->count * sizeof(real)))) return NULL;
        m->count = team->count;
    }
    return team;
}

static void *work(void *argument) {
    struct member *m = argument;
    if (m->wants_gradient) memset(m->gradient, 0, m->count * sizeof(real));
    m->loss = run_pass(m->pass, m->parameters, &m->share, m->wants_gradient ? m->gradient : NULL);
    return NULL;
}

/* Gives each member documents until it has its part of the rows. */
static void divide(struct team *team, const struct batch *batch) {
    int document = 0, row = 0;
    for (int i = 0; i < team->size; i++) {
        struct batch *share = &team->members[i].share;
        int until = (int)((long long)batch->rows * (i + 1) / team->size);
        *share = (struct batch){0,
                                0,
                                batch->lengths + document,
                                batch->tokens + row,
                                batch->targets + row,
                                batch->weights + row};
        while (document < batch->documents && (row < until || i + 1 == team->size)) {
            row += batch->lengths[document];
            share->rows += batch->lengths[document++];
            share->documents++;
        }
    }
}

double team_pass(struct team *team, const real *parameters, const struct batch *batch, real *gradient) {
    pthread_t threads[team->size];
    int started[team->size];
    divide(team, batch);
    team->members[0].gradient = gradient;
    for (int i = team->size - 1; i >= 0; i--) {
        struct member *m = &team->members[i];
        m->parameters = parameters;
        m->wants_gradient = gradient != NULL;
        started[i] = i > 0 && pthread_create(&threads[i], NULL, work, m) == 0;
        if (!started[i]) work(m);
    }
    double loss = team->members[0].loss;
    for (int i = 1; i < team->size; i++) {
        struct member *m = &team->members[i];
        if (started[i]) pthread_join(threads[i], NULL);
        loss += m->loss;
        for (size_t j = 0; gradient && j < team->count; j++) gradient[j] += m->gradient[j];
    }
    return loss;
}
