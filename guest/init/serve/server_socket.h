// Connections to the servers that run in a machine.
#ifndef ZOSIA_SERVER_SOCKET_H
#define ZOSIA_SERVER_SOCKET_H

#include <stdbool.h>

// To llama-server. Returns a non-blocking descriptor, or a negated errno: while it does not listen, -ENOENT or
// -ECONNREFUSED.
int server_connect(void);

// To ggml-rpc-server. Returns as above; but that it is refused is seen when it is read from.
int worker_connect(void);

// Whether ggml-rpc-server listens. Not to be called while it serves: it serves one after the other, and whoever
// asks waits for the one before.
bool worker_listens(void);

#endif
