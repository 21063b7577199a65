// A program that answers the host through a port of the machine, connection by connection.
#ifndef ZOSIA_SERVICE_H
#define ZOSIA_SERVICE_H

#include <stdbool.h>

#include "llama/llama.h"
#include "request/flags.h"
#include "request/request.h"

struct service {
    const char *name; // the program's, for the console
    // See streams/streams.h.
    int (*connect)(void);
    // Whether it can be connected to. NULL: it is asked for its health over HTTP.
    bool (*listens)(void);
    // Called before the host is met; NULL: there is nothing to say.
    void (*tell_ready)(void);
};

// Runs until the program ends or the host hangs up: the host ends the machine when it has what it wants.
// Returns the exit status.
int service_run(const struct service *service, const struct llama_command *command,
                const struct flags *flags, const struct request *request);

#endif
