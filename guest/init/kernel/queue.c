#include "queue.h"

#include "sys.h"
#include "text/text.h"

static void make_room_at_end(struct queue *queue) {
    if (queue->start == 0) return;
    memmove(queue->bytes, queue->bytes + queue->start, queue_length(queue));
    queue->end -= queue->start;
    queue->start = 0;
}

void queue_append(struct queue *queue, const char *bytes, size_t size) {
    if (size > sizeof queue->bytes - queue->end) make_room_at_end(queue);
    memcpy(queue->bytes + queue->end, bytes, size);
    queue->end += size;
}

long queue_fill(struct queue *queue, int fd) {
    if (queue->end == sizeof queue->bytes) make_room_at_end(queue);
    if (queue->end == sizeof queue->bytes) return 0;
    long count = sys_read(fd, queue->bytes + queue->end, sizeof queue->bytes - queue->end);
    if (count > 0) queue->end += (size_t)count;
    return count;
}

long queue_drain(struct queue *queue, int fd, size_t kept) {
    if (queue_length(queue) <= kept) return 0;
    long count = sys_write(fd, queue->bytes + queue->start, queue_length(queue) - kept);
    if (count > 0) queue->start += (size_t)count;
    if (queue->start == queue->end) queue_clear(queue);
    return count;
}

bool read_all(int fd, void *bytes, size_t size) {
    char *at = bytes;
    while (size > 0) {
        long count = sys_read(fd, at, size);
        if (count == -EINTR) continue;
        if (count <= 0) return false;
        at += count;
        size -= (size_t)count;
    }
    return true;
}

bool write_all(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        long count = sys_write(fd, bytes, size);
        if (count == -EAGAIN) {
            struct pollfd writable = {fd, POLLOUT, 0};
            sys_poll(&writable, 1, -1);
        } else if (count != -EINTR) {
            if (count <= 0) return false;
            bytes += count;
            size -= (size_t)count;
        }
    }
    return true;
}
