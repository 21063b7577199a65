#include "server_socket.h"

#include "kernel/sys.h"
#include "llama/llama.h"

int server_connect(void) {
    static const struct unix_address address = {.family = AF_UNIX, .path = LLAMA_SERVER_SOCKET};
    int connection = (int)sys_socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | O_CLOEXEC, 0);
    if (connection < 0) return connection;
    long error = sys_connect(connection, &address);
    if (error >= 0) return connection;
    sys_close(connection);
    return (int)error;
}

static int connect_worker(int flags) {
    static const struct internet_address address = {
        .family = AF_INET,
        .port = {LLAMA_WORKER_PORT >> 8, LLAMA_WORKER_PORT & 0xff},
        .address = {127, 0, 0, 1},
    };
    int connection = (int)sys_socket(AF_INET, SOCK_STREAM | O_CLOEXEC | flags, 0);
    if (connection < 0) return connection;
    // What is said comes in small pieces, each of which is waited for.
    sys_set_socket_option(connection, IPPROTO_TCP, TCP_NODELAY, 1);
    long error = sys_connect_internet(connection, &address);
    if (error >= 0 || error == -EINPROGRESS) return connection;
    sys_close(connection);
    return (int)error;
}

int worker_connect(void) { return connect_worker(SOCK_NONBLOCK); }

bool worker_listens(void) {
    int connection = connect_worker(0);
    if (connection >= 0) sys_close(connection);
    return connection >= 0;
}
