// The boot mode that measures how fast the model runs.
#ifndef ZOSIA_PERF_H
#define ZOSIA_PERF_H

#include "request/flags.h"
#include "request/request.h"

// Generates tokens, and prints the speed in one line. Returns an exit status.
int perf_run(const struct flags *flags, const struct request *request);

#endif
