// Generating on the console.
#ifndef ZOSIA_ANSWERING_H
#define ZOSIA_ANSWERING_H

#include "session.h"

// Starts the generator of random numbers with a seed; 0 stands for one from the clock.
void answering_seed(struct session *session, uint64_t seed);

// What the model makes of a text. False, with a failure, if it cannot be asked; `stopped` tells that the user
// pressed Escape or Ctrl+C.
bool answer_turn(struct session *session, const char *text, bool *stopped, struct failure *failure);

// Runs tokens that are to stand in the context, without an answer. False if the user stopped it.
bool answering_run(struct session *session, const uint32_t *tokens, size_t count);

// What /stats shows.
void answering_tell(const struct session *session);

#endif
