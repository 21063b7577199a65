#include "engine/generation/generate.h"

#include "engine/generation/stops.h"

static bool run(struct generator *g, const uint32_t *tokens, size_t count, bool can_stop) {
    struct conversation *c = g->conversation;
    while (count > 0) {
        uint32_t batch = count < BATCH_MAX ? (uint32_t)count : BATCH_MAX;
        transformer_run(g->transformer, tokens, batch, c->position);
        for (uint32_t i = 0; i < batch; i++) c->tokens[c->position++] = tokens[i];
        tokens += batch;
        count -= batch;
        if (can_stop && count > 0 && g->wants_to_stop(g->context)) return false;
    }
    return true;
}

// The first token begins a text, or has been shown with the turn before.
static void echo_prompt(struct generator *g, const struct generation *generation) {
    for (size_t i = 1; i < generation->prompt_count; i++) {
        const uint32_t *token = &generation->prompt[i];
        struct token_piece piece = language_text(g->language, token[-1], *token, i == 1);
        g->echo(g->context, (const char *)piece.text, piece.length);
    }
}

static uint32_t choose(struct generator *g) {
    float *logits = transformer_logits(g->transformer);
    const struct conversation *c = g->conversation;
    if (g->language->is_llama2c) {
        return sampler_choose(g->sampler, logits, g->chain.temperature, g->chain.top_p);
    }
    uint32_t recent = g->recent < c->position ? g->recent : c->position;
    return chain_choose(g->sampler, logits, &g->chain, c->tokens + (c->position - recent), recent);
}

// Ends with a token that has been shown and not run, or without one.
static void answer(struct generator *g, struct generation *generation, struct stops *stops) {
    struct conversation *c = g->conversation;
    uint32_t previous = c->tokens[c->position - 1];
    // What answers begins a text of its own, without the space that stands before a word.
    bool begins = !generation->echo || generation->prompt_count == 1;
    for (;;) {
        uint32_t token = choose(g);
        if (language_ends_text(g->language, token)) return;
        struct token_piece piece = language_text(g->language, previous, token, begins);
        stops_put(stops, (const char *)piece.text, piece.length, g->show, g->context);
        begins = false;
        generation->count++;
        c->has_pending = true;
        c->pending = previous = token;
        if (generation->count == 1) generation->first_time = g->now();
        generation->is_full = c->position == c->context;
        if (stops->found || generation->is_full || generation->count == generation->limit) return;
        if ((generation->stopped = g->wants_to_stop(g->context))) return;
        c->has_pending = false;
        run(g, &token, 1, false);
    }
}

bool generate_run(struct generator *g, const uint32_t *tokens, size_t count) {
    return run(g, tokens, count, true);
}

void generate(struct generator *g, struct generation *generation) {
    struct stops stops;
    stops_begin(&stops, g->stops, g->stop_count);
    generation->count = 0;
    generation->is_full = false;
    uint64_t start = g->now();
    if (generation->echo) echo_prompt(g, generation);
    g->conversation->has_pending = false;
    generation->stopped = !run(g, generation->prompt, generation->prompt_count, true);
    generation->prompt_time = g->now() - start;
    generation->first_time = g->now();
    if (!generation->stopped) answer(g, generation, &stops);
    stops_end(&stops, g->show, g->context);
    generation->time = g->now() - generation->first_time;
}
