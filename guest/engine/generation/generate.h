// Running a model token by token.
#ifndef ZOSIA_GENERATE_H
#define ZOSIA_GENERATE_H

#include "engine/generation/conversation.h"
#include "engine/language/language.h"
#include "engine/sampling/chain.h"
#include "engine/transformer/transformer.h"

// All that generating takes.
struct generator {
    struct transformer *transformer;
    struct language *language;
    struct sampler *sampler;
    struct chain chain;
    uint32_t recent; // tokens that the penalty is for
    struct conversation *conversation;
    const char *const *stops;
    unsigned stop_count;

    // What is called meanwhile. Times are in whatever `now` counts.
    void *context;
    void (*show)(void *context, const char *text, size_t length); // the answer, as it comes
    void (*echo)(void *context, const char *text, size_t length); // the prompt, if it is to be shown
    bool (*wants_to_stop)(void *context);
    uint64_t (*now)(void);
};

struct generation {
    // In: tokens, at least one, for which there is room behind the conversation.
    const uint32_t *prompt;
    size_t prompt_count;
    uint32_t limit; // of tokens to generate; at least 1
    bool echo;

    // Out.
    uint32_t count; // tokens generated
    bool stopped; // wants_to_stop said so
    bool is_full; // the context is
    uint64_t prompt_time, first_time, time; // of the prompt, of the first token, of all tokens but that
};

void generate(struct generator *generator, struct generation *generation);

// Runs tokens that are to stand in the context, for which there is room. False if wants_to_stop said so.
bool generate_run(struct generator *generator, const uint32_t *tokens, size_t count);

#endif
