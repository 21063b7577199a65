/*
 * The arithmetic of training, as a server on stdin and stdout: it holds parameters, gradient and
 * AdamW's moments, and does what it is told. Numbers are the host's own, without alignment.
 *
 *   kernel DIM HIDDEN LAYERS HEADS KV_HEADS VOCABULARY CONTEXT THREADS
 *
 *   request                                                     answer
 *   WRITE    array, then its reals                              -
 *   READ     array                                              its reals
 *   GRADIENT batch                                              float64 loss
 *   LOSS     batch                                              float64 loss
 *   UPDATE   struct adamw                                       float64 norm of the gradient
 *
 * Requests and arrays are int32. A batch is: int32 documents, int32 rows, int32 lengths, tokens and
 * targets, float32 weights. The end of stdin ends it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "adamw.h"
#include "product.h"
#include "team.h"

enum request { WRITE = 1, READ, GRADIENT, LOSS, UPDATE };
enum array { PARAMETERS, GRADIENTS, MEANS, SQUARES, ARRAYS };

struct server {
    struct shape shape;
    struct layout layout;
    struct team *team;
    real *arrays[ARRAYS];
};

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "kernel: %s\n", what);
    exit(1);
}

static void take(void *to, size_t size, size_t count) {
    if (fread(to, size, count, stdin) != count) fail("a request ends early");
}

static void give(const void *from, size_t size, size_t count) {
    if (fwrite(from, size, count, stdout) != count || fflush(stdout) != 0) fail("nobody reads the answer");
}

static int32_t take_number(int32_t least, int32_t most, const char *name) {
    int32_t number;
    take(&number, sizeof number, 1);
    if (number < least || number > most) fail(name);
    return number;
}

static void *take_list(size_t size, size_t count) {
    void *list = malloc(count * size + 1);
    if (!list) fail("no memory for a batch");
    take(list, size, count);
    return list;
}

static void check_batch(const struct batch *b, const struct shape *s) {
    long long rows = 0;
    for (int i = 0; i < b->documents; i++) {
        if (b->lengths[i] < 1 || b->lengths[i] > s->context)
            fail("a document is empty, or longer than the context");
        rows += b->lengths[i];
    }
    if (rows != b->rows) fail("a batch's lengths do not add up");
    for (int i = 0; i < b->rows; i++)
        if (b->tokens[i] < 0 || b->tokens[i] >= s->vocabulary || b->targets[i] < 0 ||
            b->targets[i] >= s->vocabulary)
            fail("a token is not in the vocabulary");
}

static void answer_batch(struct server *server, real *gradient) {
    struct batch b;
    b.documents = take_number(0, 1 << 20, "too many documents");
    b.rows = take_number(0, 1 << 24, "too many rows");
    void *lists[] = {
        take_list(sizeof(int32_t), b.documents),
        take_list(sizeof(int32_t), b.rows),
        take_list(sizeof(int32_t), b.rows),
        take_list(sizeof(float), b.rows),
    };
    b.lengths = lists[0], b.tokens = lists[1], b.targets = lists[2], b.weights = lists[3];
    check_batch(&b, &server->shape);
    double loss = team_pass(server->team, server->arrays[PARAMETERS], &b, gradient);
    for (int i = 0; i < 4; i++) free(lists[i]);
    give(&loss, sizeof loss, 1);
}

static void answer(struct server *server, enum request request) {
    real **arrays = server->arrays;
    size_t count = server->layout.count;
    switch (request) {
    case WRITE: take(arrays[take_number(0, ARRAYS - 1, "no such array")], sizeof(real), count); break;
    case READ: give(arrays[take_number(0, ARRAYS - 1, "no such array")], sizeof(real), count); break;
    case GRADIENT: answer_batch(server, arrays[GRADIENTS]); break;
    case LOSS: answer_batch(server, NULL); break;
    case UPDATE: {
        struct adamw settings;
        take(&settings, sizeof settings, 1);
        double norm = adamw_update(&settings, &server->layout, arrays[PARAMETERS], arrays[GRADIENTS],
                                   arrays[MEANS], arrays[SQUARES]);
        give(&norm, sizeof norm, 1);
        break;
    }
    }
}

int main(int count, char **arguments) {
    int numbers[8];
    if (count != 9) fail("it takes eight arguments");
    for (int i = 0; i < 8; i++)
        if ((numbers[i] = atoi(arguments[i + 1])) < 1) fail("its arguments are positive numbers");
    struct server server = {
        .shape = {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]}};
    const struct shape *s = &server.shape;
    if (s->dim % (2 * s->heads) != 0 || s->heads % s->kv_heads != 0)
        fail("heads are of one even width, and kv heads serve equally many of them");
    prepare_products();
    server.layout = layout_of(s);
    server.team = make_team(s, numbers[7]);
    for (int i = 0; i < ARRAYS; i++)
        if (!server.team || !(server.arrays[i] = calloc(server.layout.count, sizeof(real))))
            fail("not enough memory");
    int32_t request;
    while (fread(&request, sizeof request, 1, stdin) == 1) {
        if (request < WRITE || request > UPDATE) fail("no such request");
        answer(&server, (enum request)request);
    }
    return 0;
}
