// llama-server's socket.
#ifndef ZOSIA_SERVER_SOCKET_H
#define ZOSIA_SERVER_SOCKET_H

// Connects to it. Returns a non-blocking descriptor, or a negated errno: while it does not listen, -ENOENT or
// -ECONNREFUSED.
int server_connect(void);

#endif
