#include "generate.h"

#include "firmware/answer.h"
#include "firmware/clock.h"
#include "firmware/console.h"
#include "firmware/processors.h"

void generate_seed(struct session *session, uint64_t seed) {
    session->sampler.state = seed != 0 ? seed : clock_seed();
}

static void show(struct session *session, uint32_t previous, uint32_t token, bool is_answer) {
    uint8_t byte;
    struct piece piece = tokenizer_decode(&session->tokenizer, previous, token, &byte);
    console_write((const char *)piece.text, piece.length);
    if (is_answer) answer_text((const char *)piece.text, piece.length);
}

// Leaves no key behind: a second Ctrl+C would switch the machine off at the prompt.
static bool wants_to_stop(void) {
    struct key key;
    bool stop = false;
    while (console_key_pressed(&key)) {
        stop |= key.code == KEY_ESCAPE || key.character == CONTROL_C;
    }
    return stop;
}

// How many positions may be run from `start` on.
static uint32_t limit_of(const struct session *session, uint32_t start) {
    uint32_t left = session->checkpoint.shape.context - start, steps = session->settings.steps;
    return start + (steps == 0 || steps > left ? left : steps);
}

// The first token is not counted: it pays for whatever is done for the first time.
static void report_speed(uint32_t tokens, uint64_t ticks) {
    double seconds = clock_seconds(ticks);
    if (tokens == 0 || !(seconds > 0)) return;
    console_print("%u tokens in %.3f s: %.2f tokens/s\n", tokens, seconds, tokens / seconds);
}

void generate(struct session *session, struct generation *g) {
    const struct settings *settings = &session->settings;
    uint32_t limit = limit_of(session, g->position), token = g->prompt[0];
    uint32_t first = g->position;
    size_t prompt_left = g->prompt_count - 1;
    uint64_t start = 0;
    // What answers begins a text of its own, without the space that stands before a word.
    bool begins = !g->echo;
    session->transformer.team = processors_start();
    g->stopped = false;
    while (g->position < limit) {
        float *logits = transformer_forward(&session->transformer, token, g->position++);
        bool forced = prompt_left > 0;
        g->next_token =
            forced ? g->prompt[g->prompt_count - prompt_left--]
                   : sampler_choose(&session->sampler, logits, settings->temperature, settings->top_p);
        if (!forced && (g->next_token == TOKEN_BOS || g->next_token == TOKEN_EOS)) break;
        if (!forced || g->echo) {
            show(session, begins ? TOKEN_BOS : token, g->next_token, !forced);
            begins = false;
        }
        token = g->next_token;
        if (start == 0) start = clock_ticks();
        if ((g->stopped = wants_to_stop())) break;
    }
    uint64_t end = clock_ticks();
    // What was pressed while the model ended its text by itself is not for the prompt either.
    g->stopped |= wants_to_stop();
    processors_stop();
    console_print("\n");
    if (start != 0) report_speed(g->position - first - 1, end - start);
}
