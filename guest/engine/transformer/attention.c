#include "engine/transformer/attention.h"

#include "engine/base/float_math.h"
#include "engine/tensors/half.h"

struct work {
    struct transformer *transformer;
    uint32_t position;
    uint32_t count;
    size_t first; // element of the layer in the cache
    bool is_local;
};

static size_t layer_start(const struct transformer *t, uint32_t layer) {
    return (size_t)layer * t->context * model_kv_dim(t->model);
}

void attention_keep(struct transformer *t, uint32_t layer, uint32_t position, uint32_t count) {
    size_t kv_dim = model_kv_dim(t->model), size = count * kv_dim;
    size_t here = layer_start(t, layer) + position * kv_dim;
    for (size_t i = 0; i < size; i++) {
        if (t->model->is_llama2c) {
            t->keys.floats[here + i] = t->key[i];
            t->values.floats[here + i] = t->value[i];
        } else {
            t->keys.halves[here + i] = half_of_float(t->key[i]);
            t->values.halves[here + i] = half_of_float(t->value[i]);
        }
    }
}

static void round_to_halves(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = half_to_float(half_of_float(x[i]));
}

// Scores become probabilities: all of them positive, and one in sum.
static void softmax(float *scores, size_t count) {
    float largest = scores[0];
    for (size_t i = 1; i < count; i++) {
        if (scores[i] > largest) largest = scores[i];
    }
    float_exp_all(scores, count, largest);
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += scores[i];
    for (size_t i = 0; i < count; i++) scores[i] /= sum;
}

// One head of one position, over `count` positions from element `at` of the cache on.
static void attend_head(struct transformer *t, float *out, float *query, float *scores, size_t at,
                        size_t count) {
    const struct model *model = t->model;
    uint32_t head_dim = model->shape.head_dim, stride = model_kv_dim(model);
    float scale = model->attention_scale;
    if (model->is_llama2c) {
        t->products->dot_rows(scores, t->keys.floats + at, stride, query, head_dim, count);
    } else {
        if (model->scales_query) {
            for (uint32_t i = 0; i < head_dim; i++) query[i] *= scale;
            scale = 1;
        }
        round_to_halves(query, head_dim);
        t->products->dot_half_rows(scores, t->keys.halves + at, stride, query, head_dim, count);
    }
    for (size_t i = 0; i < count; i++) scores[i] *= scale;
    softmax(scores, count);
    if (model->is_llama2c) {
        t->products->mix_rows(out, t->values.floats + at, stride, scores, head_dim, count);
    } else {
        round_to_halves(scores, count);
        t->products->mix_half_rows(out, t->values.halves + at, stride, scores, head_dim, count);
    }
}

static void attend(void *context, size_t begin, size_t end) {
    const struct work *work = context;
    struct transformer *t = work->transformer;
    const struct shape *s = &t->model->shape;
    size_t heads_per_key = s->heads / s->kv_heads, all = (size_t)s->heads * s->head_dim;
    for (size_t head = begin; head < end; head++) {
        size_t offset = work->first + head / heads_per_key * s->head_dim;
        for (uint32_t i = 0; i < work->count; i++) {
            size_t positions = (size_t)work->position + i + 1, skipped = 0;
            if (work->is_local && positions > t->model->window) skipped = positions - t->model->window;
            size_t at = i * all + head * s->head_dim;
            attend_head(t, t->attended.floats + at, t->query + at, t->scores + head * t->context,
                        offset + skipped * model_kv_dim(t->model), positions - skipped);
        }
    }
}

void attention(struct transformer *t, uint32_t layer, uint32_t position, uint32_t count) {
    const struct shape *s = &t->model->shape;
    bool is_local = t->model->layers[layer].is_local;
    struct work work = {t, position, count, layer_start(t, layer), is_local};
    team_run(t->team, attend, &work, s->heads, 1, ((size_t)position + count) * count * s->head_dim * 2);
}
