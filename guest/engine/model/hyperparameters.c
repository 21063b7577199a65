#include "engine/model/hyperparameters.h"

#include "engine/base/float_math.h"
#include "engine/base/text.h"
#include "engine/model/architectures.h"
#include "engine/model/from_gguf.h"

// Above what any model has, and far below where products of two could overflow.
enum { SIZE_MAX_ELEMENTS = 1 << 24, LAYERS_MAX = 4096, HEADS_MAX = 1 << 16 };

static const char *full_key(const struct gguf *gguf, const char *key, char out[160]) {
    struct gguf_string name = {(const uint8_t *)"", 0};
    gguf_text(gguf, "general.architecture", &name);
    size_t length = name.length < 64 ? name.length : 64;
    memcpy(out, name.text, length);
    text_format(out + length, 160 - length, ".%s", key);
    return out;
}

bool hyperparameter_uint(const struct gguf *gguf, const char *key, uint64_t *out) {
    char full[160];
    return gguf_uint(gguf, full_key(gguf, key, full), out);
}

bool hyperparameter_float(const struct gguf *gguf, const char *key, float *out) {
    char full[160];
    return gguf_float(gguf, full_key(gguf, key, full), out);
}

static const struct gguf_value *hyperparameter(const struct gguf *gguf, const char *key) {
    char full[160];
    return gguf_find(gguf, full_key(gguf, key, full));
}

// A number from 1 up to `most`. Some models have an array, with one for each layer: then all have to be equal.
static bool read_size(const struct gguf *gguf, const char *key, uint64_t most, uint32_t *out,
                      struct failure *failure) {
    const struct gguf_value *value = hyperparameter(gguf, key);
    uint64_t number = *out;
    if (value != NULL && value->type == GGUF_ARRAY && value->element_type < GGUF_STRING &&
        value->count > 0) {
        double first = gguf_number_at(value, 0);
        for (uint64_t i = 1; i < value->count; i++) {
            if (gguf_number_at(value, i) == first) continue;
            return fail(failure, "its layers differ in %s, which this machine does not compute", key);
        }
        number = first >= 1 && first <= (double)most ? (uint64_t)first : 0;
    } else if (value != NULL && !hyperparameter_uint(gguf, key, &number)) {
        return fail(failure, "it is damaged: its %s is no number", key);
    }
    if (number == 0 || number > most) {
        return fail(failure, "it is damaged: its %s is %llu", key, (unsigned long long)number);
    }
    *out = (uint32_t)number;
    return true;
}

static bool read_shape(struct shape *s, const struct gguf *gguf, struct failure *failure) {
    *s = (struct shape){0};
    if (!read_size(gguf, "embedding_length", SIZE_MAX_ELEMENTS, &s->dim, failure) ||
        !read_size(gguf, "feed_forward_length", SIZE_MAX_ELEMENTS, &s->hidden_dim, failure) ||
        !read_size(gguf, "block_count", LAYERS_MAX, &s->layers, failure) ||
        !read_size(gguf, "attention.head_count", HEADS_MAX, &s->heads, failure) ||
        !read_size(gguf, "context_length", UINT32_MAX, &s->context, failure)) {
        return false;
    }
    s->kv_heads = s->heads;
    s->head_dim = s->dim / s->heads;
    uint32_t value_dim = s->head_dim;
    if (!read_size(gguf, "attention.head_count_kv", HEADS_MAX, &s->kv_heads, failure) ||
        !read_size(gguf, "attention.key_length", HEADS_MAX, &s->head_dim, failure) ||
        !read_size(gguf, "attention.value_length", HEADS_MAX, &value_dim, failure)) {
        return false;
    }
    if (s->heads % s->kv_heads != 0) {
        return fail(failure, "it is damaged: %u key heads cannot serve %u heads", s->kv_heads, s->heads);
    }
    if (value_dim != s->head_dim || s->head_dim % 2 != 0) {
        return fail(failure,
                    "its heads have keys of %u and values of %u, which this machine does not compute",
                    s->head_dim, value_dim);
    }
    if ((uint64_t)s->heads * s->head_dim > SIZE_MAX_ELEMENTS) {
        return fail(failure, "it is damaged: it has %u heads of %u elements", s->heads, s->head_dim);
    }
    if (s->context > POSITIONS_MAX) s->context = POSITIONS_MAX;
    return true;
}

// The number of rows that the embedding has: a vocabulary's own length is checked against it elsewhere.
static bool read_vocabulary(struct shape *s, const struct gguf *gguf, struct failure *failure) {
    const struct gguf_value *tokens = gguf_find(gguf, "tokenizer.ggml.tokens");
    if (tokens == NULL || tokens->type != GGUF_ARRAY || tokens->element_type != GGUF_STRING) {
        return fail(failure, "it has no vocabulary");
    }
    if (tokens->count == 0 || tokens->count > SIZE_MAX_ELEMENTS) {
        return fail(failure, "it is damaged: it has %llu tokens", (unsigned long long)tokens->count);
    }
    s->vocabulary = (uint32_t)tokens->count;
    return true;
}

static bool refuse_experts(const struct gguf *gguf, struct failure *failure) {
    uint64_t experts = 0;
    hyperparameter_uint(gguf, "expert_count", &experts);
    if (experts == 0) return true;
    return fail(failure, "it is a mixture of %llu experts, which this machine does not compute",
                (unsigned long long)experts);
}

static bool is_number(float x) { return x > -3e38f && x < 3e38f; }

static bool read_scaling(struct model *model, const struct gguf *gguf, struct failure *failure) {
    char key[160];
    float factor = 0;
    struct gguf_string type = {(const uint8_t *)"linear", 6};
    gguf_text(gguf, full_key(gguf, "rope.scaling.type", key), &type);
    bool is_known = gguf_string_equals(type, "linear") || gguf_string_equals(type, "none") ||
                    gguf_string_equals(type, "longrope");
    if (!is_known) return fail(failure, "its rope is scaled in a way that this machine does not compute");
    if (!hyperparameter_float(gguf, "rope.scaling.factor", &factor)) {
        hyperparameter_float(gguf, "rope.scale_linear", &factor);
    }
    model->rope.position_scale = factor == 0 || gguf_string_equals(type, "none") ? 1 : 1 / factor;
    model->rope_magnitude = 1;
    hyperparameter_float(gguf, "rope.scaling.attn_factor", &model->rope_magnitude);
    return true;
}

static bool read_rope(struct model *model, const struct architecture *a, const struct gguf *gguf,
                      struct failure *failure) {
    uint32_t dimensions = model->shape.head_dim;
    if (!read_size(gguf, "rope.dimension_count", model->shape.head_dim, &dimensions, failure)) return false;
    if (dimensions % 2 != 0 || (dimensions != model->shape.head_dim && !a->turns_part)) {
        return fail(failure, "it is damaged: it turns %u elements of %u", dimensions,
                    model->shape.head_dim);
    }
    model->rope_dimensions = dimensions;
    model->rope = (struct rope){10000, 1, NULL};
    hyperparameter_float(gguf, "rope.freq_base", &model->rope.base);
    model->local_rope = (struct rope){10000, 1, NULL};
    hyperparameter_float(gguf, "rope.freq_base_swa", &model->local_rope.base);
    if (!read_scaling(model, gguf, failure)) return false;
    bool usable = model->rope.base > 1e-3f && is_number(model->rope.base) &&
                  model->local_rope.base > 1e-3f && is_number(model->local_rope.base) &&
                  model->rope.position_scale > 0 && model->rope.position_scale <= 1e3f &&
                  is_number(model->rope_magnitude);
    return usable || fail(failure, "it is damaged: its rope has no usable base or scale");
}

static float attention_scale(const struct model *model, const struct architecture *a) {
    const struct shape *s = &model->shape;
    // llama.cpp tells Gemma 3 of 27 B by its layers: its queries are scaled by what the heads share.
    uint32_t length = a->has_window && s->layers == 62 ? s->dim / s->heads : s->head_dim;
    return 1 / float_sqrt((float)length);
}

bool hyperparameters_layer_is_local(const struct gguf *gguf, const struct model *model, uint32_t layer) {
    uint64_t pattern = 6;
    hyperparameter_uint(gguf, "attention.sliding_window_pattern", &pattern);
    return model->window > 0 && pattern > 0 && layer % pattern < pattern - 1;
}

static bool read_numbers(struct model *model, const struct architecture *a, const struct gguf *gguf,
                         struct failure *failure) {
    uint64_t window = 0;
    float scale = 0;
    if (!hyperparameter_float(gguf, "attention.layer_norm_rms_epsilon", &model->norm_epsilon)) {
        return fail(failure, "it is damaged: it has no attention.layer_norm_rms_epsilon");
    }
    if (a->has_window) hyperparameter_uint(gguf, "attention.sliding_window", &window);
    model->window = window > POSITIONS_MAX ? 0 : (uint32_t)window;
    model->attention_scale = attention_scale(model, a);
    if (!a->scales_query && hyperparameter_float(gguf, "attention.scale", &scale) && scale != 0) {
        model->attention_scale = scale;
    }
    if (is_number(model->norm_epsilon) && is_number(model->attention_scale)) return true;
    return fail(failure, "it is damaged: it has an epsilon or a scale that is no number");
}

bool model_shape_of_gguf(struct model *model, const struct gguf *gguf, struct failure *failure) {
    struct gguf_string name;
    char shown[65];
    if (!gguf_text(gguf, "general.architecture", &name)) {
        return fail(failure, "it is damaged: it names no architecture");
    }
    const struct architecture *a = architecture_named(name);
    if (a == NULL) {
        size_t length = name.length < 64 ? name.length : 64;
        for (size_t i = 0; i < length; i++) {
            shown[i] = name.text[i] >= 0x20 && name.text[i] < 0x7f ? (char)name.text[i] : '?';
        }
        shown[length] = '\0';
        return fail(failure, "its architecture is %s; this machine computes %s", shown, architecture_names);
    }
    *model = (struct model){
        .architecture = a->name,
        .scales_query = a->scales_query,
        .activation = a->activation,
        .rope_pairs = a->rope_pairs,
    };
    if (!refuse_experts(gguf, failure) || !read_shape(&model->shape, gguf, failure) ||
        !read_vocabulary(&model->shape, gguf, failure) || !read_rope(model, a, gguf, failure)) {
        return false;
    }
    model->embedding_scale = a->scales_embedding ? float_sqrt((float)model->shape.dim) : 1;
    return read_numbers(model, a, gguf, failure);
}
