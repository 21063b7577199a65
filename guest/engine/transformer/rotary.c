#include "engine/transformer/rotary.h"

#include "engine/base/float_math.h"

void rotary_frequencies(struct transformer *t) {
    uint32_t dimensions = t->model->rope_dimensions;
    for (uint32_t i = 0; i < dimensions / 2; i++) {
        t->frequencies[i] = 1 / float_pow(t->model->rope.base, (float)(2 * i) / (float)dimensions);
    }
}

// The angle of each pair is that of the one before times a constant, rounded each time, as in ggml
// (ggml-cpu/ops.cpp, ggml_rope_cache_init).
static void prepare_angles(const struct model *model, const struct rope *rope, uint32_t position,
                           float *cosines, float *sines) {
    uint32_t dimensions = model->rope_dimensions;
    float factor = float_pow(rope->base, -2.0f / (float)dimensions), angle = (float)position;
    for (uint32_t i = 0; i < dimensions / 2; i++, angle *= factor) {
        float turned = rope->position_scale * (rope->factors == NULL ? angle : angle / rope->factors[i]);
        // Whatever a damaged model says, the functions stay within what they are made for.
        if (!(turned >= 0 && turned <= POSITIONS_MAX)) turned = 0;
        cosines[i] = float_cos(turned) * model->rope_magnitude;
        sines[i] = float_sin(turned) * model->rope_magnitude;
    }
}

static void prepare_exactly(const struct transformer *t, uint32_t position, float *cosines, float *sines) {
    for (uint32_t i = 0; i < t->model->rope_dimensions / 2; i++) {
        float angle = (float)position * t->frequencies[i];
        cosines[i] = float_cos(angle);
        sines[i] = float_sin(angle);
    }
}

void rotary_prepare(struct transformer *t, uint32_t position, uint32_t count) {
    const struct model *model = t->model;
    uint32_t pairs = model->rope_dimensions / 2;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i * pairs;
        if (model->is_llama2c) {
            prepare_exactly(t, position + i, t->cosines + at, t->sines + at);
            continue;
        }
        prepare_angles(model, &model->rope, position + i, t->cosines + at, t->sines + at);
        if (model->window > 0) {
            prepare_angles(model, &model->local_rope, position + i, t->local_cosines + at,
                           t->local_sines + at);
        }
    }
}

void rotary_turn(const struct transformer *t, float *vector, uint32_t heads, uint32_t index,
                 bool is_local) {
    const struct model *model = t->model;
    uint32_t pairs = model->rope_dimensions / 2, head_dim = model->shape.head_dim;
    const float *cosines = (is_local ? t->local_cosines : t->cosines) + index * pairs;
    const float *sines = (is_local ? t->local_sines : t->sines) + index * pairs;
    uint32_t step = model->rope_pairs == ROPE_NEIGHBOURS ? 2 : 1;
    uint32_t apart = model->rope_pairs == ROPE_NEIGHBOURS ? 1 : pairs;
    for (uint32_t head = 0; head < heads; head++, vector += head_dim) {
        for (uint32_t i = 0; i < pairs; i++) {
            float *pair = vector + i * step;
            float a = pair[0], b = pair[apart];
            pair[0] = a * cosines[i] - b * sines[i];
            pair[apart] = a * sines[i] + b * cosines[i];
        }
    }
}
