#include "engine/transformer/transformer.h"

#include "engine/base/float_math.h"
#include "engine/base/text.h"
#include "engine/products/forms.h"
#include "engine/tensors/half.h"
#include "engine/transformer/attention.h"
#include "engine/transformer/linear.h"
#include "engine/transformer/rotary.h"

static float *take_floats(struct arena *arena, uint64_t count, uint64_t size) {
    return arena_take(arena, count, size * sizeof(float));
}

static void take_rotary(struct transformer *t, uint32_t batch, struct arena *arena) {
    uint32_t pairs = t->model->rope_dimensions / 2;
    t->cosines = take_floats(arena, batch, pairs);
    t->sines = take_floats(arena, batch, pairs);
    t->local_cosines = take_floats(arena, batch, pairs);
    t->local_sines = take_floats(arena, batch, pairs);
    t->frequencies = take_floats(arena, 1, pairs);
}

_Static_assert(BATCH_MAX % 16 == 0, "a batch is whole tiles of every instruction set");

void transformer_set_up(struct transformer *t, const struct model *model, const struct products *products,
                        struct team *team, uint32_t context, struct arena *arena) {
    const struct shape *s = &model->shape;
    uint32_t kv_dim = model_kv_dim(model), query_dim = s->heads * s->head_dim;
    size_t group = model->group == 0 ? SIZE_MAX : model->group;
    uint64_t positions = (uint64_t)s->layers * context;
    uint64_t kept_bytes = model->is_llama2c ? sizeof(float) : sizeof(uint16_t);
    *t = (struct transformer){.model = model, .products = products, .team = team, .context = context};
    t->normed = vectors_take(arena, BATCH_MAX, s->dim, group);
    t->attended = vectors_take(arena, BATCH_MAX, query_dim, group);
    t->hidden = vectors_take(arena, BATCH_MAX, s->hidden_dim, group);
    t->x = take_floats(arena, BATCH_MAX, s->dim);
    t->up = take_floats(arena, BATCH_MAX, s->hidden_dim);
    t->query = take_floats(arena, BATCH_MAX, query_dim);
    t->key = take_floats(arena, BATCH_MAX, kv_dim);
    t->value = take_floats(arena, BATCH_MAX, kv_dim);
    t->added = take_floats(arena, BATCH_MAX, s->dim);
    take_rotary(t, BATCH_MAX, arena);
    t->scores = take_floats(arena, s->heads, context);
    t->keys.memory = arena_take(arena, positions, kv_dim * kept_bytes);
    t->values.memory = arena_take(arena, positions, kv_dim * kept_bytes);
    t->logits = take_floats(arena, 1, s->vocabulary);
    if (arena->base != NULL) rotary_frequencies(t);
}

// Root mean square normalisation: out = x / rms(x) · weight.
static void normalise(const struct transformer *t, float *out, const float *x, const float *weight,
                      uint32_t size) {
    float square;
    t->products->dot_rows(&square, x, size, x, size, 1);
    float scale = 1 / float_sqrt(square / (float)size + t->model->norm_epsilon);
    for (uint32_t i = 0; i < size; i++) out[i] = weight[i] * (scale * x[i]);
}

static void normalise_batch(const struct transformer *t, float *out, const float *x, const float *weight,
                            uint32_t count) {
    uint32_t dim = t->model->shape.dim;
    for (uint32_t i = 0; i < count; i++)
        normalise(t, out + (size_t)i * dim, x + (size_t)i * dim, weight, dim);
}

static void add(float *x, const float *added, size_t size) {
    for (size_t i = 0; i < size; i++) x[i] += added[i];
}

static void add_bias(float *x, const float *bias, size_t size, uint32_t count) {
    if (bias == NULL) return;
    for (uint32_t i = 0; i < count; i++) add(x + i * size, bias, size);
}

static void embed(const struct transformer *t, float *x, uint32_t token) {
    const struct matrix *table = &t->model->embedding;
    const struct tensor_type *type = table->type;
    size_t dim = table->columns;
    const uint8_t *row = table->data + token * table->row_bytes;
    if (type->kind != KIND_GROUPED) {
        type->to_floats(x, row, dim / type->block);
    } else {
        const float *scales = table->scales + token * (dim / table->group);
        for (size_t i = 0; i < dim; i++) {
            float scale;
            memcpy(&scale, scales + i / table->group, sizeof scale);
            x[i] = (float)(int8_t)row[i] * scale;
        }
    }
    if (t->model->embedding_scale == 1) return;
    for (size_t i = 0; i < dim; i++) x[i] *= t->model->embedding_scale;
}

static void normalise_heads(const struct transformer *t, float *vector, const float *weight,
                            uint32_t heads) {
    uint32_t head_dim = t->model->shape.head_dim;
    if (weight == NULL) return;
    for (uint32_t head = 0; head < heads; head++, vector += head_dim) {
        normalise(t, vector, vector, weight, head_dim);
    }
}

// What a half of a layer has made is normalised, if the model has that, and added to the stream.
static void add_half(struct transformer *t, const float *after_norm, uint32_t count) {
    if (after_norm != NULL) normalise_batch(t, t->added, t->added, after_norm, count);
    add(t->x, t->added, (size_t)count * t->model->shape.dim);
}

static void attention_half(struct transformer *t, uint32_t index, uint32_t position, uint32_t count) {
    const struct layer *layer = &t->model->layers[index];
    const struct shape *s = &t->model->shape;
    uint32_t query_dim = s->heads * s->head_dim, kv_dim = model_kv_dim(t->model);
    normalise_batch(t, t->normed.floats, t->x, layer->attention_norm, count);
    linear(t->products, t->team, &t->normed,
           (struct product[]){{&layer->query, t->query}, {&layer->key, t->key}, {&layer->value, t->value}},
           3);
    add_bias(t->query, layer->query_bias, query_dim, count);
    add_bias(t->key, layer->key_bias, kv_dim, count);
    add_bias(t->value, layer->value_bias, kv_dim, count);
    normalise_heads(t, t->query, layer->query_norm, count * s->heads);
    normalise_heads(t, t->key, layer->key_norm, count * s->kv_heads);
    for (uint32_t i = 0; i < count; i++) {
        rotary_turn(t, t->query + (size_t)i * query_dim, s->heads, i, layer->is_local);
        rotary_turn(t, t->key + (size_t)i * kv_dim, s->kv_heads, i, layer->is_local);
    }
    attention_keep(t, index, position, count);
    attention(t, index, position, count);
    linear(t->products, t->team, &t->attended, (struct product[]){{&layer->output, t->added}}, 1);
    add_bias(t->added, layer->output_bias, s->dim, count);
    add_half(t, layer->after_attention_norm, count);
}

// ggml has GELU as a table of F16 (ggml-cpu/vec.h).
static void gelu_of_halves(float *gates, const float *ups, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float gate = gates[i], product = half_to_float(half_of_float(gate)), one = 1;
        float_geglu(&product, &one, 1);
        float made = gate <= -10 ? 0 : gate >= 10 ? gate : half_to_float(half_of_float(product));
        gates[i] = made * ups[i];
    }
}

static void activate(void *context, size_t begin, size_t end) {
    const struct transformer *t = context;
    float *gates = t->hidden.floats + begin, *ups = t->up + begin;
    if (t->model->activation == ACTIVATION_GELU) gelu_of_halves(gates, ups, end - begin);
    else float_swiglu(gates, ups, end - begin);
}

static void feed_forward_half(struct transformer *t, uint32_t index, uint32_t count) {
    const struct layer *layer = &t->model->layers[index];
    enum { ACTIVATION_COST = 16 }; // of one element, in multiplications
    normalise_batch(t, t->normed.floats, t->x, layer->feed_forward_norm, count);
    linear(t->products, t->team, &t->normed,
           (struct product[]){{&layer->gate, t->hidden.floats}, {&layer->up, t->up}}, 2);
    team_run(t->team, activate, t, (size_t)count * t->model->shape.hidden_dim, 64, ACTIVATION_COST);
    linear(t->products, t->team, &t->hidden, (struct product[]){{&layer->down, t->added}}, 1);
    add_half(t, layer->after_feed_forward_norm, count);
}

void transformer_run(struct transformer *t, const uint32_t *tokens, uint32_t count, uint32_t position) {
    const struct shape *s = &t->model->shape;
    t->normed.count = t->attended.count = t->hidden.count = count;
    rotary_prepare(t, position, count);
    for (uint32_t i = 0; i < count; i++) embed(t, t->x + (size_t)i * s->dim, tokens[i]);
    for (uint32_t layer = 0; layer < s->layers; layer++) {
        attention_half(t, layer, position, count);
        feed_forward_half(t, layer, count);
    }
    // The last position's is all that is wanted.
    memmove(t->x, t->x + (size_t)(count - 1) * s->dim, s->dim * sizeof(float));
}

float *transformer_logits(struct transformer *t) {
    const struct model *model = t->model;
    t->normed.count = 1;
    normalise(t, t->normed.floats, t->x, model->final_norm, model->shape.dim);
    linear(t->products, t->team, &t->normed, (struct product[]){{&model->classifier, t->logits}}, 1);
    return t->logits;
}
