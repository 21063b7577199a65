// A bounded buffer between two descriptors. Its owner stops reading while it is full, so that a slow
// reader slows its writer down instead of costing memory or bytes.
#ifndef ZOSIA_QUEUE_H
#define ZOSIA_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

enum { QUEUE_BYTES = 64 * 1024 };

struct queue {
    size_t start;
    size_t end;
    char bytes[QUEUE_BYTES];
};

static inline size_t queue_length(const struct queue *queue) { return queue->end - queue->start; }
static inline size_t queue_room(const struct queue *queue) {
    return sizeof queue->bytes - queue_length(queue);
}

static inline void queue_clear(struct queue *queue) { queue->start = queue->end = 0; }

// Appends bytes; the caller has made sure that there is room.
void queue_append(struct queue *queue, const char *bytes, size_t size);

// Reads once from `fd` into the free room. Returns what read(2) returned; 0 also when there is no room.
long queue_fill(struct queue *queue, int fd);

// Writes once to `fd`, but leaves the last `kept` bytes in the queue.
// Returns what write(2) returned; 0 when there was nothing to write.
long queue_drain(struct queue *queue, int fd, size_t kept);

// Reads `size` bytes, waiting for them as long as it takes. False when `fd`, which blocks, ends before or
// fails.
bool read_all(int fd, void *bytes, size_t size);

// Writes everything, waiting for `fd` as long as it takes, or gives up at its first error.
// Works on blocking and on non-blocking descriptors.
bool write_all(int fd, const char *bytes, size_t size);

#endif
