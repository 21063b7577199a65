#include "engine/model/from_gguf.h"

#include "engine/base/float_math.h"
#include "engine/base/text.h"
#include "engine/model/architectures.h"
#include "engine/model/hyperparameters.h"

struct mapping {
    struct tensor_table *table;
    const struct weights *weights;
    const struct architecture *architecture;
    struct model *model;
    struct failure *failure;
};

static bool wrong_size(const struct mapping *map, const struct tensor *tensor, uint64_t columns,
                       uint64_t rows) {
    char name[84];
    return fail(
        map->failure, "it is damaged: the tensor %s is %llu by %llu, and its shape asks for %llu by %llu",
        tensor_shown_name(tensor, name), (unsigned long long)tensor->entry.sizes[0],
        (unsigned long long)tensor->entry.sizes[1], (unsigned long long)columns, (unsigned long long)rows);
}

static bool place(struct mapping *map, struct tensor *tensor) {
    char name[84];
    tensor->data = NULL;
    if (map->weights == NULL) return true;
    tensor->data = weights_at(map->weights, tensor->part, tensor->entry.offset, tensor->bytes);
    if (tensor->data != NULL) return true;
    return fail(map->failure, "the tensor %s has not been loaded", tensor_shown_name(tensor, name));
}

static bool missing(const struct mapping *map, int block, const char *name) {
    if (block < 0) return fail(map->failure, "it is damaged: it has no tensor %s", name);
    return fail(map->failure, "it is damaged: it has no tensor blk.%d.%s", block, name);
}

static bool has_size(const struct tensor *tensor, uint64_t columns, uint64_t rows) {
    const uint64_t *sizes = tensor->entry.sizes;
    return sizes[0] == columns && sizes[1] == rows && sizes[2] == 1 && sizes[3] == 1;
}

// Rows `first` to `first + rows` of a matrix that has `all` rows.
static bool map_rows(struct mapping *map, struct matrix *out, int block, const char *name, uint64_t columns,
                     uint64_t first, uint64_t rows, uint64_t all) {
    struct tensor *tensor = tensor_find(map->table, block, name);
    if (tensor == NULL) return missing(map, block, name);
    if (!has_size(tensor, columns, all)) return wrong_size(map, tensor, columns, all);
    if (!place(map, tensor)) return false;
    const uint8_t *data = tensor->data == NULL ? NULL : tensor->data + first * tensor->row_bytes;
    *out = (struct matrix){tensor->type, data, rows, columns, tensor->row_bytes, 0, NULL};
    return true;
}

static bool map_matrix(struct mapping *map, struct matrix *out, int block, const char *name,
                       uint64_t columns, uint64_t rows) {
    return map_rows(map, out, block, name, columns, 0, rows, rows);
}

// Leaves NULL where there is none.
static bool map_vector_if_any(struct mapping *map, const float **out, int block, const char *name,
                              uint64_t size) {
    char shown[84];
    struct tensor *tensor = tensor_find(map->table, block, name);
    *out = NULL;
    if (tensor == NULL) return true;
    if (!has_size(tensor, size, 1)) return wrong_size(map, tensor, size, 1);
    if (tensor->type->kind != KIND_F32) {
        return fail(map->failure, "the tensor %s is %s, and this machine takes F32 there",
                    tensor_shown_name(tensor, shown), tensor->type->name);
    }
    if (!place(map, tensor)) return false;
    *out = (const float *)(const void *)tensor->data;
    return true;
}

static bool map_vector(struct mapping *map, const float **out, int block, const char *name, uint64_t size) {
    if (!map_vector_if_any(map, out, block, name, size)) return false;
    return tensor_find(map->table, block, name) != NULL || missing(map, block, name);
}

static bool has_tensor(struct mapping *map, int block, const char *name) {
    return tensor_find(map->table, block, name) != NULL;
}

static bool map_queries(struct mapping *map, struct layer *layer, int block) {
    const struct shape *s = &map->model->shape;
    uint64_t query = (uint64_t)s->heads * s->head_dim, kv = model_kv_dim(map->model), all = query + 2 * kv;
    if (has_tensor(map, block, "attn_qkv.weight")) {
        return map_rows(map, &layer->query, block, "attn_qkv.weight", s->dim, 0, query, all) &&
               map_rows(map, &layer->key, block, "attn_qkv.weight", s->dim, query, kv, all) &&
               map_rows(map, &layer->value, block, "attn_qkv.weight", s->dim, query + kv, kv, all);
    }
    return map_matrix(map, &layer->query, block, "attn_q.weight", s->dim, query) &&
           map_matrix(map, &layer->key, block, "attn_k.weight", s->dim, kv) &&
           map_matrix(map, &layer->value, block, "attn_v.weight", s->dim, kv);
}

static bool map_attention(struct mapping *map, struct layer *layer, int block) {
    const struct shape *s = &map->model->shape;
    uint64_t query = (uint64_t)s->heads * s->head_dim, kv = model_kv_dim(map->model);
    bool mapped = map_vector(map, &layer->attention_norm, block, "attn_norm.weight", s->dim) &&
                  map_queries(map, layer, block) &&
                  map_vector_if_any(map, &layer->query_bias, block, "attn_q.bias", query) &&
                  map_vector_if_any(map, &layer->key_bias, block, "attn_k.bias", kv) &&
                  map_vector_if_any(map, &layer->value_bias, block, "attn_v.bias", kv) &&
                  map_matrix(map, &layer->output, block, "attn_output.weight", query, s->dim) &&
                  map_vector_if_any(map, &layer->output_bias, block, "attn_output.bias", s->dim);
    if (!mapped || !map->architecture->has_head_norms) return mapped;
    return map_vector(map, &layer->query_norm, block, "attn_q_norm.weight", s->head_dim) &&
           map_vector(map, &layer->key_norm, block, "attn_k_norm.weight", s->head_dim);
}

static bool map_feed_forward(struct mapping *map, struct layer *layer, int block) {
    const struct shape *s = &map->model->shape;
    uint64_t hidden = s->hidden_dim;
    if (!map_vector(map, &layer->feed_forward_norm, block, "ffn_norm.weight", s->dim)) return false;
    if (!map_matrix(map, &layer->down, block, "ffn_down.weight", hidden, s->dim)) return false;
    if (map->architecture->has_fused_gate) {
        return map_rows(map, &layer->gate, block, "ffn_up.weight", s->dim, 0, hidden, 2 * hidden) &&
               map_rows(map, &layer->up, block, "ffn_up.weight", s->dim, hidden, hidden, 2 * hidden);
    }
    return map_matrix(map, &layer->gate, block, "ffn_gate.weight", s->dim, hidden) &&
           map_matrix(map, &layer->up, block, "ffn_up.weight", s->dim, hidden);
}

static bool map_layer(struct mapping *map, struct layer *layer, int block) {
    uint32_t dim = map->model->shape.dim;
    *layer = (struct layer){.is_local = layer->is_local};
    if (!map_attention(map, layer, block) || !map_feed_forward(map, layer, block)) return false;
    if (!map->architecture->has_outer_norms) return true;
    return map_vector(map, &layer->after_attention_norm, block, "post_attention_norm.weight", dim) &&
           map_vector(map, &layer->after_feed_forward_norm, block, "post_ffw_norm.weight", dim);
}

// Tensors that have no block of their own, though older files repeat them in each.
static bool map_rope(struct mapping *map, const struct gguf *gguf, uint32_t context) {
    struct model *model = map->model;
    uint64_t pairs = model->rope_dimensions / 2, trained = model->shape.context;
    const float *factors = NULL, *others = NULL;
    hyperparameter_uint(gguf, "rope.scaling.original_context_length", &trained);
    bool is_long = context > trained;
    if (map->architecture->has_rope_factors &&
        !map_vector_if_any(map, &factors, -1, "rope_freqs.weight", pairs)) {
        return false;
    }
    if (map->architecture->has_long_rope_factors) {
        const char *used = is_long ? "rope_factors_long.weight" : "rope_factors_short.weight";
        const char *unused = is_long ? "rope_factors_short.weight" : "rope_factors_long.weight";
        if (!map_vector_if_any(map, &factors, -1, used, pairs)) return false;
        if (!map_vector_if_any(map, &others, -1, unused, pairs)) return false;
    }
    model->rope.factors = factors;
    return true;
}

static bool map_all(struct mapping *map, const struct gguf *gguf, uint32_t context) {
    struct model *model = map->model;
    const struct shape *s = &model->shape;
    if (!map_matrix(map, &model->embedding, -1, "token_embd.weight", s->dim, s->vocabulary)) return false;
    if (!map_vector(map, &model->final_norm, -1, "output_norm.weight", s->dim)) return false;
    model->classifier = model->embedding;
    if (has_tensor(map, -1, "output.weight") &&
        !map_matrix(map, &model->classifier, -1, "output.weight", s->dim, s->vocabulary)) {
        return false;
    }
    if (!map_rope(map, gguf, context)) return false;
    for (uint32_t i = 0; i < s->layers; i++) {
        model->layers[i].is_local = hyperparameters_layer_is_local(gguf, model, i);
        if (!map_layer(map, &model->layers[i], (int)i)) return false;
    }
    return tensor_table_is_used_up(map->table, map->failure);
}

bool model_from_gguf(struct model *model, struct tensor_table *table, const struct gguf_files *files,
                     const struct weights *weights, uint32_t context, struct arena *arena,
                     struct failure *failure) {
    const struct gguf *gguf = &files->files[0];
    if (!model_shape_of_gguf(model, gguf, failure)) return false;
    model->layers = arena_take(arena, model->shape.layers, sizeof(struct layer));
    if (!tensor_table_read(table, files->files, files->data_bytes, files->count, arena, failure))
        return false;
    if (arena->base == NULL) return true;
    struct gguf_string name;
    gguf_text(gguf, "general.architecture", &name);
    struct mapping map = {table, weights, architecture_named(name), model, failure};
    return map_all(&map, gguf, context);
}
