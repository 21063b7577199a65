// A turn: a text goes in, the model goes on from it. In chat mode turns follow each other in the context;
// otherwise each starts from nothing.
#ifndef ZOSIA_TURN_H
#define ZOSIA_TURN_H

#include "session.h"

struct conversation {
    uint32_t position; // in the context; 0 before the first turn
    uint32_t pending;  // the last turn's last token, which has not been run yet
};

// Fails if the text does not fit into the context, even a fresh one.
bool turn_run(struct session *session, struct conversation *conversation, const char *text,
              struct failure *failure);

#endif
