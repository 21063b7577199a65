// The tokens that a model has run so far, by position: what has been said, and what its cache of keys and values
// stands for.
#ifndef ZOSIA_CONVERSATION_H
#define ZOSIA_CONVERSATION_H

#include <stdbool.h>

#include "engine/base/arena.h"

struct conversation {
    uint32_t *tokens; // context
    uint32_t context;
    uint32_t position; // how many have been run
    // The last answer's last token, which has been shown and not yet run; it comes before what follows.
    bool has_pending;
    uint32_t pending;
};

void conversation_set_up(struct conversation *conversation, uint32_t context, struct arena *arena);

// Nothing has been said.
void conversation_clear(struct conversation *conversation);

#endif
