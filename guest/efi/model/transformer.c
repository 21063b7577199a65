#include "transformer.h"

#include "attention.h"
#include "float_math.h"
#include "linear.h"
#include "text.h"

static struct activation take_activation(struct arena *arena, uint32_t size, uint32_t group_size) {
    struct activation vector = {.floats = arena_take(arena, size, sizeof(float))};
    if (group_size == 0) return vector;
    vector.bytes = arena_take(arena, size, sizeof(int8_t));
    vector.scales = arena_take(arena, size / group_size, sizeof(float));
    return vector;
}

void transformer_set_up(struct transformer *t, const struct checkpoint *checkpoint,
                        const struct products *products, struct team *team, struct arena *arena) {
    const struct shape *s = &checkpoint->shape;
    uint32_t group_size = checkpoint->group_size;
    uint64_t positions = (uint64_t)s->layers * s->context;
    *t = (struct transformer){.checkpoint = checkpoint, .products = products, .team = team};
    t->x = arena_take(arena, s->dim, sizeof(float));
    t->normed = take_activation(arena, s->dim, group_size);
    t->hidden = take_activation(arena, s->hidden_dim, group_size);
    t->up = arena_take(arena, s->hidden_dim, sizeof(float));
    t->query = arena_take(arena, s->dim, sizeof(float));
    t->added = arena_take(arena, s->dim, sizeof(float));
    t->scores = arena_take(arena, (uint64_t)s->heads * s->context, sizeof(float));
    t->keys = arena_take(arena, positions, (uint64_t)s->kv_dim * sizeof(float));
    t->values = arena_take(arena, positions, (uint64_t)s->kv_dim * sizeof(float));
    t->logits = arena_take(arena, s->vocabulary, sizeof(float));
    t->frequencies = arena_take(arena, s->head_dim / 2, sizeof(float));
    t->cosines = arena_take(arena, s->head_dim / 2, sizeof(float));
    t->sines = arena_take(arena, s->head_dim / 2, sizeof(float));
    if (arena->base == NULL) return;
    rotary_frequencies(t);
}

// Root mean square normalisation: out = x / rms(x) · weight.
static void normalise(const struct transformer *t, float *out, const float *x, const float *weight,
                      uint32_t size) {
    float square;
    t->products->dot_rows(&square, x, size, x, size, 1);
    float scale = 1 / float_sqrt(square / (float)size + 1e-5f);
    for (uint32_t i = 0; i < size; i++) out[i] = weight[i] * (scale * x[i]);
}

static void add(float *x, const float *added, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) x[i] += added[i];
}

static void embed(const struct transformer *t, uint32_t token) {
    const struct checkpoint *c = t->checkpoint;
    struct matrix table = checkpoint_matrix(c, &c->embedding, 0);
    size_t dim = table.columns;
    if (table.floats != NULL) {
        memcpy(t->x, table.floats + token * dim, dim * sizeof(float));
        return;
    }
    const int8_t *bytes = table.bytes + token * dim;
    const float *scales = table.scales + token * (dim / c->group_size);
    for (size_t i = 0; i < dim; i++) {
        float scale;
        memcpy(&scale, scales + i / c->group_size, sizeof scale);
        t->x[i] = bytes[i] * scale;
    }
}

static void attention_half(struct transformer *t, uint32_t layer, uint32_t position) {
    const struct checkpoint *c = t->checkpoint;
    const struct shape *s = &c->shape;
    size_t first = (size_t)layer * s->context * s->kv_dim;
    size_t here = first + (size_t)position * s->kv_dim;
    struct matrix wq = checkpoint_matrix(c, &c->wq, layer);
    struct matrix wk = checkpoint_matrix(c, &c->wk, layer);
    struct matrix wv = checkpoint_matrix(c, &c->wv, layer);
    struct matrix wo = checkpoint_matrix(c, &c->wo, layer);

    normalise(t, t->normed.floats, t->x, c->attention_norm + (size_t)layer * s->dim, s->dim);
    linear_quantise(t, &t->normed, s->dim);
    linear(t, &t->normed, (struct product[]){{wq, t->query}, {wk, t->keys + here}, {wv, t->values + here}},
           3);
    rotary_turn(t, t->query, s->heads);
    rotary_turn(t, t->keys + here, s->kv_heads);
    attention(t, t->normed.floats, t->keys + first, t->values + first, position);
    linear_quantise(t, &t->normed, s->dim);
    linear(t, &t->normed, (struct product[]){{wo, t->added}}, 1);
    add(t->x, t->added, s->dim);
}

static void feed_forward_half(struct transformer *t, uint32_t layer) {
    const struct checkpoint *c = t->checkpoint;
    const struct shape *s = &c->shape;
    struct matrix w1 = checkpoint_matrix(c, &c->w1, layer);
    struct matrix w2 = checkpoint_matrix(c, &c->w2, layer);
    struct matrix w3 = checkpoint_matrix(c, &c->w3, layer);

    normalise(t, t->normed.floats, t->x, c->ffn_norm + (size_t)layer * s->dim, s->dim);
    linear_quantise(t, &t->normed, s->dim);
    linear(t, &t->normed, (struct product[]){{w1, t->hidden.floats}, {w3, t->up}}, 2);
    float_swiglu(t->hidden.floats, t->up, s->hidden_dim);
    linear_quantise(t, &t->hidden, s->hidden_dim);
    linear(t, &t->hidden, (struct product[]){{w2, t->added}}, 1);
    add(t->x, t->added, s->dim);
}

float *transformer_forward(struct transformer *t, uint32_t token, uint32_t position) {
    const struct checkpoint *c = t->checkpoint;
    const struct shape *s = &c->shape;
    rotary_prepare(t, position);
    embed(t, token);
    for (uint32_t layer = 0; layer < s->layers; layer++) {
        attention_half(t, layer, position);
        feed_forward_half(t, layer);
    }
    normalise(t, t->normed.floats, t->x, c->final_norm, s->dim);
    linear_quantise(t, &t->normed, s->dim);
    struct matrix classifier = checkpoint_matrix(c, &c->classifier, 0);
    linear(t, &t->normed, (struct product[]){{classifier, t->logits}}, 1);
    return t->logits;
}
