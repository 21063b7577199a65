// Conversations on a disk: the numbers of their tokens, as text.
#ifndef ZOSIA_KEEPING_H
#define ZOSIA_KEEPING_H

#include "session.h"

// `name` is that of a file beside llama2.cfg, which is replaced.
bool conversation_save(struct session *session, const char *name, struct failure *failure);

// The conversation takes the place of the present one, which stays as it is if this fails.
bool conversation_load(struct session *session, const char *name, struct failure *failure);

#endif
