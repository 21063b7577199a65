// The prompt of a machine that has nothing to talk to.
#ifndef ZOSIA_STUB_H
#define ZOSIA_STUB_H

#include "request/request.h"

// Says what is missing and waits for /poweroff, Ctrl+C or Ctrl+D.
void stub_run(const char *reason, const struct request *request);

#endif
