#include "engine/sampling/chain.h"

#include "engine/base/float_math.h"

static bool is_among(uint32_t token, const uint32_t *tokens, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (tokens[i] == token) return true;
    }
    return false;
}

// Once for each token, however often it has been.
static void penalise(float *logits, uint32_t vocabulary, float penalty, const uint32_t *recent,
                     size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t token = recent[i];
        if (token >= vocabulary || is_among(token, recent, i)) continue;
        logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
    }
}

static uint32_t likeliest(const float *logits, uint32_t vocabulary) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < vocabulary; i++) {
        if (logits[i] > logits[best] || logits[best] != logits[best]) best = i;
    }
    return best;
}

static struct candidates all_numbers(struct sampler *sampler, const float *logits) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < sampler->vocabulary; i++) {
        if (logits[i] == logits[i]) sampler->candidates[count++] = (struct candidate){logits[i], i};
    }
    return candidates_of(sampler->candidates, count);
}

// Of the first `limit` candidates, the sum of what they are beside the likeliest. Those beyond the limit, if
// there are any, have not been taken out.
static float sum_of(struct candidates *c, uint32_t limit, float largest) {
    float sum = 0;
    if (limit == c->count) {
        for (uint32_t i = 0; i < c->count; i++) sum += float_exp(c->all[i].probability - largest);
        return sum;
    }
    for (uint32_t i = 0; i < limit; i++) sum += float_exp(candidates_next(c).probability - largest);
    return sum;
}

// How many of the likeliest are kept; they have been taken out.
static uint32_t keep(struct candidates *c, uint32_t limit, const struct chain *chain, float largest) {
    float sum = sum_of(c, limit, largest), cumulated = 0;
    for (uint32_t kept = 0; kept < limit; kept++) {
        if (c->count - c->left == kept) candidates_next(c);
        float portion = float_exp(candidates_taken(c, kept).probability - largest);
        if (kept > 0 && portion < chain->min_p) return kept;
        cumulated += portion / sum;
        if (cumulated >= chain->top_p && chain->top_p < 1) return kept + 1;
    }
    return limit;
}

uint32_t chain_choose(struct sampler *sampler, float *logits, const struct chain *chain,
                      const uint32_t *recent, size_t recent_count) {
    if (chain->repeat_penalty != 1) {
        penalise(logits, sampler->vocabulary, chain->repeat_penalty, recent, recent_count);
    }
    uint32_t best = likeliest(logits, sampler->vocabulary);
    float largest = logits[best];
    // Beside an infinite logit the others are nothing: there is no probability to compute.
    bool is_finite = largest - largest == 0;
    if (!(chain->temperature > 0) || !is_finite) return best;
    struct candidates candidates = all_numbers(sampler, logits);
    uint32_t limit = chain->top_k == 0 || chain->top_k > candidates.count ? candidates.count : chain->top_k;
    uint32_t kept = keep(&candidates, limit, chain, largest);

    float sum = 0, passed = 0;
    for (uint32_t i = 0; i < kept; i++) {
        sum += float_exp((candidates_taken(&candidates, i).probability - largest) / chain->temperature);
    }
    float target = sampler_coin(sampler) * sum;
    for (uint32_t i = 0; i < kept; i++) {
        struct candidate candidate = candidates_taken(&candidates, i);
        passed += float_exp((candidate.probability - largest) / chain->temperature);
        if (target < passed) return candidate.token;
    }
    return candidates_taken(&candidates, kept - 1).token; // rounding errors
}
