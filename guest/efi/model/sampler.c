#include "sampler.h"

#include "float_math.h"

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

// The likelier first; among equals the one with the lower number.
static int comes_before(struct candidate a, struct candidate b) {
    return a.probability > b.probability || (a.probability == b.probability && a.token < b.token);
}

static void sift_down(struct candidate *heap, uint32_t count, uint32_t parent) {
    struct candidate moved = heap[parent];
    for (;;) {
        uint32_t child = 2 * parent + 1;
        if (child >= count) break;
        if (child + 1 < count && comes_before(heap[child + 1], heap[child])) child++;
        if (!comes_before(heap[child], moved)) break;
        heap[parent] = heap[child];
        parent = child;
    }
    heap[parent] = moved;
}

// Sorts no more than needed: a heap gives the candidates one by one, and they gather, likeliest first,
// behind the shrinking heap, the first at the very end.
static uint32_t choose_from_top(struct sampler *sampler, const float *probabilities, float top_p,
                                float coin) {
    struct candidate *candidates = sampler->candidates;
    uint32_t vocabulary = sampler->vocabulary, count = 0;
    // What lies below cannot be among the top: the others would have to be less than 1 - top_p together.
    float cutoff = (1 - top_p) / (float)(vocabulary - 1);
    for (uint32_t i = 0; i < vocabulary; i++) {
        if (probabilities[i] >= cutoff) {
            candidates[count++] = (struct candidate){probabilities[i], i};
        }
    }
    if (count == 0) return sampler_argmax(probabilities, vocabulary);
    for (uint32_t i = count / 2; i-- > 0;) sift_down(candidates, count, i);

    float cumulated = 0;
    uint32_t left = count;
    do {
        struct candidate top = candidates[0];
        candidates[0] = candidates[--left];
        sift_down(candidates, left, 0);
        candidates[left] = top;
        cumulated += top.probability;
    } while (left > 0 && !(cumulated > top_p));

    float target = coin * cumulated, passed = 0;
    for (uint32_t i = count; i-- > left;) {
        passed += candidates[i].probability;
        if (target < passed) return candidates[i].token;
    }
    return candidates[left].token; // rounding errors
}

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
