#include "pass.h"

#include <stdlib.h>

#include "attention.h"
#include "elementwise.h"
#include "product.h"

/* What a layer's backward pass needs from its forward pass, row by row. */
struct layer_memory {
    real *input, *input_scale, *normed;
    real *q, *k, *v, *probabilities, *attended;
    real *middle, *middle_scale, *middle_normed;
    real *gate, *up, *activated;
};

struct pass {
    struct shape shape;
    struct layout layout;
    int capacity;
    real *cosines, *sines;
    int *positions;
    struct layer_memory *layers;
    real *output;
    /* Of the rows that have a weight only: */
    int *chosen, *targets;
    float *weights;
    real *chosen_output, *chosen_scale, *chosen_normed, *logits;
    /* Gradients: */
    real *d_output, *d_wide, *d_normed, *d_q, *d_k, *d_v, *d_scores;
};

static real *reals(size_t count) {
    real *memory = NULL;
    return posix_memalign((void **)&memory, 64, count * sizeof(real)) == 0 ? memory : NULL;
}

struct pass *make_pass(const struct shape *s) {
    struct pass *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->shape = *s;
    p->layout = layout_of(s);
    size_t rows = p->capacity = s->context > GROUP_ROWS ? s->context : GROUP_ROWS;
    size_t dim = s->dim, kv = kv_width(s), pairs = head_width(s) / 2;
    int complete = 1;
#define TAKE(field, count) (complete &= ((field) = reals(count)) != NULL)
    TAKE(p->cosines, s->context * pairs);
    TAKE(p->sines, s->context * pairs);
    TAKE(p->output, rows * dim);
    TAKE(p->chosen_output, rows * dim);
    TAKE(p->chosen_scale, rows);
    TAKE(p->chosen_normed, rows * dim);
    TAKE(p->logits, rows * s->vocabulary);
    TAKE(p->d_output, rows * dim);
    TAKE(p->d_wide, rows * s->hidden);
    TAKE(p->d_normed, rows * dim);
    TAKE(p->d_q, rows * dim);
    TAKE(p->d_k, rows * kv);
    TAKE(p->d_v, rows * kv);
    TAKE(p->d_scores, (size_t)QUERY_BLOCK * s->context);
    p->layers = calloc(s->layers, sizeof *p->layers);
    p->positions = calloc(rows, sizeof *p->positions);
    p->chosen = calloc(rows, sizeof *p->chosen);
    p->targets = calloc(rows, sizeof *p->targets);
    p->weights = calloc(rows, sizeof *p->weights);
    complete &= p->layers && p->positions && p->chosen && p->targets && p->weights;
    for (int i = 0; complete && i < s->layers; i++) {
        struct layer_memory *m = &p->layers[i];
        TAKE(m->input, rows * dim);
        TAKE(m->input_scale, rows);
        TAKE(m->normed, rows * dim);
        TAKE(m->q, rows * dim);
        TAKE(m->k, rows * kv);
        TAKE(m->v, rows * kv);
        TAKE(m->probabilities, rows * s->context * s->heads);
        TAKE(m->attended, rows * dim);
        TAKE(m->middle, rows * dim);
        TAKE(m->middle_scale, rows);
        TAKE(m->middle_normed, rows * dim);
        TAKE(m->gate, rows * s->hidden);
        TAKE(m->up, rows * s->hidden);
        TAKE(m->activated, rows * s->hidden);
    }
#undef TAKE
    if (!complete) return NULL;
    rotation_tables(s, p->cosines, p->sines);
    return p;
}

/* y = x w^T, for a weight of `outputs` rows and `inputs` columns. */
static void linear(int rows, int inputs, int outputs, const real *x, const real *w, real *y,
                   enum onto onto) {
    multiply(rows, outputs, inputs, rows_of(x, inputs), transposed(rows_of(w, inputs)), rows_of(y, outputs),
             onto);
}

/* The gradients of `linear`: dx from dy, and dw, which is added to. */
static void linear_backward(int rows, int inputs, int outputs, const real *x, const real *w, const real *dy,
                            real *dx, real *dw, enum onto onto) {
    multiply(rows, inputs, outputs, rows_of(dy, outputs), rows_of(w, inputs), rows_of(dx, inputs), onto);
    multiply(outputs, inputs, rows, transposed(rows_of(dy, outputs)), rows_of(x, inputs),
             rows_of(dw, inputs), ADD);
}

static struct attention attention_of(const struct pass *p, const struct layer_memory *m,
                                     const struct batch *batch, int document, int first) {
    const struct shape *s = &p->shape;
    size_t kv_first = (size_t)first * kv_width(s);
    return (struct attention){
        .shape = s,
        .length = batch->lengths[document],
        .q = m->q + (size_t)first * s->dim,
        .k = m->k + kv_first,
        .v = m->v + kv_first,
        .probabilities = m->probabilities + (size_t)first * s->context * s->heads,
    };
}

static void layer_forward(struct pass *p, const real *w, const struct batch *batch, int layer,
                          real *output) {
    const struct shape *s = &p->shape;
    const struct layout *l = &p->layout;
    struct layer_memory *m = &p->layers[layer];
    int rows = batch->rows, dim = s->dim, kv = kv_width(s), hidden = s->hidden;
    size_t at = layer, square = (size_t)dim * dim, flat = (size_t)dim * kv, wide = (size_t)dim * hidden;

    norm(rows, dim, m->input, w + l->attention_norm + at * dim, m->normed, m->input_scale);
    linear(rows, dim, dim, m->normed, w + l->wq + at * square, m->q, REPLACE);
    linear(rows, dim, kv, m->normed, w + l->wk + at * flat, m->k, REPLACE);
    linear(rows, dim, kv, m->normed, w + l->wv + at * flat, m->v, REPLACE);
    rotate(rows, dim, head_width(s), p->positions, p->cosines, p->sines, 1, m->q);
    rotate(rows, kv, head_width(s), p->positions, p->cosines, p->sines, 1, m->k);
    for (int i = 0, first = 0; i < batch->documents; first += batch->lengths[i++]) {
        struct attention attention = attention_of(p, m, batch, i, first);
        attend(&attention, m->attended + (size_t)first * dim);
    }
    memcpy(m->middle, m->input, (size_t)rows * dim * sizeof(real));
    linear(rows, dim, dim, m->attended, w + l->wo + at * square, m->middle, ADD);

    norm(rows, dim, m->middle, w + l->ffn_norm + at * dim, m->middle_normed, m->middle_scale);
    linear(rows, dim, hidden, m->middle_normed, w + l->w1 + at * wide, m->gate, REPLACE);
    linear(rows, dim, hidden, m->middle_normed, w + l->w3 + at * wide, m->up, REPLACE);
    swiglu((size_t)rows * hidden, m->gate, m->up, m->activated);
    memcpy(output, m->middle, (size_t)rows * dim * sizeof(real));
    linear(rows, hidden, dim, m->activated, w + l->w2 + at * wide, output, ADD);
}

/* Takes p->d_output from the layer's output to its input. */
static void layer_backward(struct pass *p, const real *w, const struct batch *batch, int layer, real *dw) {
    const struct shape *s = &p->shape;
    const struct layout *l = &p->layout;
    struct layer_memory *m = &p->layers[layer];
    int rows = batch->rows, dim = s->dim, kv = kv_width(s), hidden = s->hidden;
    size_t at = layer, square = (size_t)dim * dim, flat = (size_t)dim * kv, wide = (size_t)dim * hidden;
    real *d = p->d_output;

    size_t w1 = l->w1 + at * wide, w2 = l->w2 + at * wide, w3 = l->w3 + at * wide;
    linear_backward(rows, hidden, dim, m->activated, w + w2, d, p->d_wide, dw + w2, REPLACE);
    swiglu_backward((size_t)rows * hidden, m->gate, m->up, p->d_wide);
    linear_backward(rows, dim, hidden, m->middle_normed, w + w1, m->gate, p->d_normed, dw + w1, REPLACE);
    linear_backward(rows, dim, hidden, m->middle_normed, w + w3, m->up, p->d_normed, dw + w3, ADD);
    norm_backward(rows, dim, m->middle, w + l->ffn_norm + at * dim, m->middle_scale, p->d_normed, d,
                  dw + l->ffn_norm + at * dim);

    real *d_attended = p->d_normed;
    size_t wo = l->wo + at * square;
    linear_backward(rows, dim, dim, m->attended, w + wo, d, d_attended, dw + wo, REPLACE);
    memset(p->d_q, 0, (size_t)rows * dim * sizeof(real));
    memset(p->d_k, 0, (size_t)rows * kv * sizeof(real));
    memset(p->d_v, 0, (size_t)rows * kv * sizeof(real));
    for (int i = 0, first = 0; i < batch->documents; first += batch->lengths[i++]) {
        struct attention attention = attention_of(p, m, batch, i, first);
        struct attention_gradient gradient = {
            .out = d_attended + (size_t)first * dim,
            .q = p->d_q + (size_t)first * dim,
            .k = p->d_k + (size_t)first * kv,
            .v = p->d_v + (size_t)first * kv,
            .scratch = p->d_scores,
        };
        attend_backward(&attention, &gradient);
    }
    rotate(rows, dim, head_width(s), p->positions, p->cosines, p->sines, -1, p->d_q);
    rotate(rows, kv, head_width(s), p->positions, p->cosines, p->sines, -1, p->d_k);
    size_t wq = l->wq + at * square, wk = l->wk + at * flat, wv = l->wv + at * flat;
    linear_backward(rows, dim, dim, m->normed, w + wq, p->d_q, p->d_normed, dw + wq, REPLACE);
    linear_backward(rows, dim, kv, m->normed, w + wk, p->d_k, p->d_normed, dw + wk, ADD);
    linear_backward(rows, dim, kv, m->normed, w + wv, p->d_v, p->d_normed, dw + wv, ADD);
    norm_backward(rows, dim, m->input, w + l->attention_norm + at * dim, m->input_scale, p->d_normed, d,
                  dw + l->attention_norm + at * dim);
}

/* Sets aside the rows that have a weight: the classifier, the widest product, is for them alone. */
static int choose_rows(struct pass *p, const struct batch *batch) {
    int dim = p->shape.dim, chosen = 0;
    for (int i = 0; i < batch->rows; i++) {
        if (batch->weights[i] == 0) continue;
        p->chosen[chosen] = i;
        p->targets[chosen] = batch->targets[i];
        p->weights[chosen] = batch->weights[i];
        memcpy(p->chosen_output + (size_t)chosen * dim, p->output + (size_t)i * dim, dim * sizeof(real));
        chosen++;
    }
    return chosen;
}

static double group_pass(struct pass *p, const real *w, const struct batch *batch, real *dw) {
    const struct shape *s = &p->shape;
    const struct layout *l = &p->layout;
    int dim = s->dim, vocabulary = s->vocabulary;
    for (int i = 0, row = 0; i < batch->documents; i++)
        for (int position = 0; position < batch->lengths[i]; position++) p->positions[row++] = position;
    for (int i = 0; i < batch->rows; i++)
        memcpy(p->layers[0].input + (size_t)i * dim, w + l->embedding + (size_t)batch->tokens[i] * dim,
               dim * sizeof(real));
    for (int i = 0; i < s->layers; i++)
        layer_forward(p, w, batch, i, i + 1 < s->layers ? p->layers[i + 1].input : p->output);

    int chosen = choose_rows(p, batch);
    norm(chosen, dim, p->chosen_output, w + l->final_norm, p->chosen_normed, p->chosen_scale);
    linear(chosen, dim, vocabulary, p->chosen_normed, w + l->embedding, p->logits, REPLACE);
    double loss = cross_entropy(chosen, vocabulary, p->logits, p->targets, p->weights);
    if (!dw) return loss;

    linear_backward(chosen, dim, vocabulary, p->chosen_normed, w + l->embedding, p->logits, p->d_normed,
                    dw + l->embedding, REPLACE);
    real *d_chosen = p->d_q;
    memset(d_chosen, 0, (size_t)chosen * dim * sizeof(real));
    norm_backward(chosen, dim, p->chosen_output, w + l->final_norm, p->chosen_scale, p->d_normed, d_chosen,
                  dw + l->final_norm);
    memset(p->d_output, 0, (size_t)batch->rows * dim * sizeof(real));
    for (int i = 0; i < chosen; i++)
        memcpy(p->d_output + (size_t)p->chosen[i] * dim, d_chosen + (size_t)i * dim, dim * sizeof(real));
    for (int i = s->layers - 1; i >= 0; i--) layer_backward(p, w, batch, i, dw);
    for (int i = 0; i < batch->rows; i++) {
        real *d = dw + l->embedding + (size_t)batch->tokens[i] * dim;
        for (int j = 0; j < dim; j++) d[j] += p->d_output[(size_t)i * dim + j];
    }
    return loss;
}

double run_pass(struct pass *p, const real *parameters, const struct batch *batch, real *gradient) {
    double loss = 0;
    struct batch group = *batch;
    for (int document = 0; document < batch->documents; document += group.documents) {
        group.documents = group.rows = 0;
        while (document + group.documents < batch->documents &&
               group.rows + group.lengths[group.documents] <= p->capacity)
            group.rows += group.lengths[group.documents++];
        loss += group_pass(p, parameters, &group, gradient);
        group.lengths += group.documents;
        group.tokens += group.rows;
        group.targets += group.rows;
        group.weights += group.rows;
    }
    return loss;
}
