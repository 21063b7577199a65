// A single prompt, answered without a terminal.
#ifndef ZOSIA_ONE_SHOT_H
#define ZOSIA_ONE_SHOT_H

#include "model/model.h"
#include "request/flags.h"
#include "request/request.h"

// Runs llama-completion on the request's prompt and delivers its answer. Returns llama-completion's
// exit status, or 1 when the answer could not be delivered.
int one_shot_run(const struct model *model, const struct flags *flags, const struct request *request);

#endif
