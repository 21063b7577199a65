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
