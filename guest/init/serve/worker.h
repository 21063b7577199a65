// A worker: ggml-rpc-server, which computes for a machine elsewhere what comes through a port of this one.
#ifndef ZOSIA_WORKER_H
#define ZOSIA_WORKER_H

#include "request/flags.h"
#include "request/request.h"

// Runs as serve_run, without a model.
int worker_run(const struct flags *flags, const struct request *request);

#endif
