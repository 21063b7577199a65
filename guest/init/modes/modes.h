// The boot modes: what a machine does instead of a chat or serving, before it switches itself off.
#ifndef ZOSIA_MODES_H
#define ZOSIA_MODES_H

#include <stdbool.h>

#include "request/flags.h"
#include "request/request.h"

// Runs the modes that the flags ask for, of which there is at least one, until one fails. `ready` says
// whether all went well so far. Returns the exit status of the first that failed, or 0.
int modes_run(const struct flags *flags, const struct request *request, bool ready);

#endif
