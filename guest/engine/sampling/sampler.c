#include "engine/sampling/sampler.h"

#include "engine/base/float_math.h"

void sampler_set_up(struct sampler *sampler, uint32_t vocabulary, struct arena *arena) {
    sampler->vocabulary = vocabulary;
    sampler->candidates = arena_take(arena, vocabulary, sizeof(struct candidate));
}

// The first of the largest.
uint32_t sampler_argmax(const float *logits, uint32_t vocabulary) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < vocabulary; i++) {
        if (logits[i] > logits[best]) best = i;
    }
    return best;
}

// xorshift64* (Marsaglia 2003, Vigna 2016); the upper bits make a float from 0 up to 1.
static float random_float(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    uint32_t bits = (uint32_t)((*state * 0x2545f4914f6cdd1dull) >> 32);
    return (float)(bits >> 8) / 16777216.0f;
}

static void softmax(float *logits, uint32_t count, float temperature) {
    for (uint32_t i = 0; i < count; i++) logits[i] /= temperature;
    float largest = logits[sampler_argmax(logits, count)];
    float_exp_all(logits, count, largest);
    float sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += logits[i];
    for (uint32_t i = 0; i < count; i++) logits[i] /= sum;
}

static uint32_t choose_from_all(const float *probabilities, uint32_t count, float coin) {
    float cumulated = 0;
    for (uint32_t i = 0; i < count; i++) {
        cumulated += probabilities[i];
        if (coin < cumulated) return i;
    }
    return count - 1; // rounding errors
}

static uint32_t choose_from_top(struct sampler *sampler, const float *probabilities, float top_p,
                                float coin) {
    uint32_t vocabulary = sampler->vocabulary, count = 0;
    // What lies below cannot be among the top: the others would have to be less than 1 - top_p together.
    float cutoff = (1 - top_p) / (float)(vocabulary - 1);
    for (uint32_t i = 0; i < vocabulary; i++) {
        if (probabilities[i] >= cutoff) {
            sampler->candidates[count++] = (struct candidate){probabilities[i], i};
        }
    }
    if (count == 0) return sampler_argmax(probabilities, vocabulary);
    struct candidates candidates = candidates_of(sampler->candidates, count);
    float cumulated = 0;
    uint32_t kept = 0;
    do {
        cumulated += candidates_next(&candidates).probability;
        kept++;
    } while (candidates.left > 0 && !(cumulated > top_p));

    float target = coin * cumulated, passed = 0;
    for (uint32_t i = 0; i < kept; i++) {
        passed += candidates_taken(&candidates, i).probability;
        if (target < passed) return candidates_taken(&candidates, i).token;
    }
    return candidates_taken(&candidates, kept - 1).token; // rounding errors
}

float sampler_coin(struct sampler *sampler) { return random_float(&sampler->state); }

uint32_t sampler_choose(struct sampler *sampler, float *logits, float temperature, float top_p) {
    uint32_t vocabulary = sampler->vocabulary;
    if (!(temperature > 0)) return sampler_argmax(logits, vocabulary);
    softmax(logits, vocabulary, temperature);
    float coin = random_float(&sampler->state);
    if (top_p <= 0 || top_p >= 1 || vocabulary < 2) {
        return choose_from_all(logits, vocabulary, coin);
    }
    return choose_from_top(sampler, logits, top_p, coin);
}
