// A turn: a text goes in, the model goes on from it. In chat mode turns follow each other in the context;
// otherwise each starts from nothing.
#ifndef ZOSIA_TURN_H
#define ZOSIA_TURN_H

#include "generate.h"

struct conversation {
    uint32_t position; // in the context; 0 before the first turn
    uint32_t pending; // the last turn's last token, which has not been run yet
};

// Makes the text the prompt of the generation. In a conversation that has no room left for it, it is the
// beginning of a new one. Fails if the text does not fit into the context, even a fresh one, or leaves
// the model no step to answer in; the conversation goes on from where it was then.
bool turn_prepare(struct session *session, const struct conversation *conversation, const char *text,
                  struct generation *generation, struct failure *failure);

// Generates what turn_prepare has prepared.
void turn_run(struct session *session, struct conversation *conversation, struct generation *generation);

#endif
