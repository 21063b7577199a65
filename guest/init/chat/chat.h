// The interactive session: llama-cli on a pseudo-terminal, relayed to the console.
#ifndef ZOSIA_CHAT_H
#define ZOSIA_CHAT_H

#include "model/model.h"
#include "request/flags.h"
#include "request/request.h"

// Runs until llama-cli ends or the user asks for power-off. Returns the exit status of the session:
// llama-cli's own, or 0 when the user ended it.
int chat_run(const struct model *model, const struct flags *flags, const struct request *request);

#endif
