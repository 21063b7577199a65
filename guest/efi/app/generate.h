// Running the model token by token, and showing the text as it comes.
#ifndef ZOSIA_GENERATE_H
#define ZOSIA_GENERATE_H

#include "session.h"

struct generation {
    // In: `prompt_count` tokens, at least one, that stand from `position` on; there is room for them in
    // the context.
    const uint32_t *prompt;
    size_t prompt_count;
    uint32_t position;
    bool echo; // shows the prompt too

    // Out: the position after the last token that was run, and the one chosen after it. `stopped` tells
    // that the user pressed Escape or Ctrl+C.
    uint32_t next_token;
    bool stopped;
};

// Ends at the settings' number of steps, at the end of the context, or when the model ends its text. As
// in llama2.c, a begin of text is an end too.
void generate(struct session *session, struct generation *generation);

// Starts the generator of random numbers with a seed; 0 stands for one from the clock.
void generate_seed(struct session *session, uint64_t seed);

#endif
