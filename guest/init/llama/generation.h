// How a run of llama-completion went: what its log says of the prompt, and of why the text ended.
//
//   E llama_completion: prompt is too long (722 tokens, max 508)
//
// before anything is evaluated; or, with --verbose-prompt,
//
//   I llama_completion: chat template example:
//   I llama_completion: prompt: 'Why?'
//   I llama_completion: number of tokens in prompt = 3
//   I      1 -> '<s>'
//   I    272 -> ' Why'
//   I     31 -> '?'
//   I sampler seed: 4294967295
//   I generate: n_ctx = 512, n_batch = 2048, n_predict = 5, n_keep = 0
//   W llama_completion: context full and context shift is disabled => stopping
//   I common_perf_print:    samplers time =       0.02 ms /     8 tokens
#ifndef ZOSIA_GENERATION_H
#define ZOSIA_GENERATION_H

#include <stdbool.h>
#include <stddef.h>

#include "template_fault.h"

struct generation {
    unsigned context_asked; // tokens; 0: no certain number was asked for
    unsigned prompt_tokens; // 0: unknown
    unsigned drawn_tokens; // generated, the model's end among them; 0: unknown
    unsigned context_tokens; // as llama.cpp rounded it; 0: unknown
    bool limited;
    unsigned limit; // of generated tokens
    bool context_full;
    bool prompt_too_long;
    unsigned prompt_room; // how many tokens it may have
    bool conversing; // a chat template made the prompt
    struct template_fault fault;
    // The tokens of the prompt, while they are being listed.
    enum { LIST_NONE, LIST_PROMPT, LIST_TOKENS } list;
    unsigned list_claimed, list_seen;
    char prompt_end[64]; // the end of the prompt's text, as tokens
    size_t prompt_end_length;
};

// Takes a line of the log. Returns whether it may be shown when the run has failed:
// the user's prompt may not.
bool generation_take_line(struct generation *generation, const char *line);

// Why the text ended: "end", as the model wanted; "context", which is full; "tokens", as many as were
// asked for; "stop", at a text that was asked for; "unknown" when the log was not to be had.
const char *generation_reason(const struct generation *generation, bool says_end);

#endif
