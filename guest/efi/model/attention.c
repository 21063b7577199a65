#include "attention.h"

#include "float_math.h"

void rotary_frequencies(struct transformer *t) {
    uint32_t head_dim = t->checkpoint->shape.head_dim;
    for (uint32_t i = 0; i < head_dim / 2; i++) {
        t->frequencies[i] = 1 / float_pow(10000, (float)(2 * i) / (float)head_dim);
    }
}

void rotary_prepare(struct transformer *t, uint32_t position) {
    for (uint32_t i = 0; i < t->checkpoint->shape.head_dim / 2; i++) {
        float angle = (float)position * t->frequencies[i];
        t->cosines[i] = float_cos(angle);
        t->sines[i] = float_sin(angle);
    }
}

void rotary_turn(const struct transformer *t, float *vector, uint32_t heads) {
    uint32_t pairs = t->checkpoint->shape.head_dim / 2;
    for (uint32_t head = 0; head < heads; head++) {
        for (uint32_t i = 0; i < pairs; i++, vector += 2) {
            float a = vector[0], b = vector[1];
            vector[0] = a * t->cosines[i] - b * t->sines[i];
            vector[1] = a * t->sines[i] + b * t->cosines[i];
        }
    }
}

struct work {
    const struct transformer *transformer;
    float *out;
    const float *keys;
    const float *values;
    size_t positions;
};

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

static void attend(void *context, size_t begin, size_t end) {
    const struct work *work = context;
    const struct transformer *t = work->transformer;
    const struct shape *s = &t->checkpoint->shape;
    size_t heads_per_key = s->heads / s->kv_heads;
    float scale = 1 / float_sqrt((float)s->head_dim);
    for (size_t head = begin; head < end; head++) {
        size_t offset = head / heads_per_key * s->head_dim;
        float *scores = t->scores + head * s->context;
        t->products->dot_rows(scores, work->keys + offset, s->kv_dim, t->query + head * s->head_dim,
                              s->head_dim, work->positions);
        for (size_t i = 0; i < work->positions; i++) scores[i] *= scale;
        softmax(scores, work->positions);
        t->products->mix_rows(work->out + head * s->head_dim, work->values + offset, s->kv_dim, scores,
                              s->head_dim, work->positions);
    }
}

void attention(struct transformer *t, float *out, const float *keys, const float *values,
               uint32_t position) {
    const struct shape *s = &t->checkpoint->shape;
    struct work work = {t, out, keys, values, (size_t)position + 1};
    team_run(t->team, attend, &work, s->heads, 1, work.positions * s->head_dim * 2);
}
