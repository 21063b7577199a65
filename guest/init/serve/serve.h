// llama-server, which answers the host through a port of the machine.
#ifndef ZOSIA_SERVE_H
#define ZOSIA_SERVE_H

#include "model/model.h"
#include "request/flags.h"
#include "request/request.h"

// Runs until llama-server ends or the host hangs up: the host ends the machine when it has what it wants.
// Returns the exit status.
int serve_run(const struct model *model, const struct flags *flags, const struct request *request);

#endif
