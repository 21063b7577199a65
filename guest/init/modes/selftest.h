// The boot mode that tries whether llama.cpp's programs run on this machine.
#ifndef ZOSIA_SELFTEST_H
#define ZOSIA_SELFTEST_H

#include "request/flags.h"
#include "request/request.h"

// Has each program print its help. Returns an exit status: that of the first that fails.
int selftest_run(const struct flags *flags, const struct request *request);

#endif
