#include "health.h"

#include "kernel/sys.h"
#include "server_socket.h"
#include "text/text.h"

#define REQUEST "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
#define GOOD "HTTP/1.1 200"

enum { INTERVAL_MS = 50 };

static void hang_up(struct health *health) {
    sys_close(health->connection);
    health->connection = -1;
}

void health_begin(struct health *health) { *health = (struct health){.connection = -1}; }

static void ask(struct health *health) {
    health->length = 0;
    health->connection = server_connect();
    if (health->connection < 0) return;
    // A new socket has room for far more.
    long size = sizeof REQUEST - 1;
    if (sys_write(health->connection, REQUEST, (size_t)size) != size) hang_up(health);
}

long health_ask(struct health *health) {
    long now_ms = sys_now_ms();
    if (health->connection < 0 && now_ms >= health->again_ms) {
        ask(health);
        health->again_ms = now_ms + INTERVAL_MS;
    }
    long left_ms = health->again_ms - now_ms;
    return left_ms > 0 ? left_ms : INTERVAL_MS;
}

void health_read(struct health *health) {
    char bytes[512];
    long count = sys_read(health->connection, bytes, sizeof bytes);
    if (count == -EAGAIN || count == -EINTR) return;
    for (long i = 0; i < count && health->length < sizeof health->reply - 1; i++) {
        health->reply[health->length++] = bytes[i];
    }
    if (count > 0) return;
    hang_up(health);
    health->reply[health->length] = '\0';
    health->good = text_equal(health->reply, GOOD);
}
