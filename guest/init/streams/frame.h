// Frames of streams: what the host and init say to each other over a port
// (guest/init/README.md, "Streams").
#ifndef ZOSIA_FRAME_H
#define ZOSIA_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/queue.h"

enum { FRAME_HEADER_BYTES = 8, FRAME_PAYLOAD_MAX = 16 * 1024 };

enum frame_type { FRAME_OPEN = 1, FRAME_DATA = 2, FRAME_ROOM = 3, FRAME_CLOSE = 4, FRAME_REACH = 5 };

// In the numbers of streams that init opens, and in no others.
#define FRAME_STREAM_OF_INIT 0x80000000u

struct frame {
    uint32_t stream; // never 0
    enum frame_type type;
    const char *payload; // in the queue, until that changes
    size_t size;
};

enum frame_found { FRAME_WHOLE, FRAME_INCOMPLETE, FRAME_BROKEN };

// Reads the frame that a queue begins with.
enum frame_found frame_read(const struct queue *queue, struct frame *frame);

// The number that a frame of the type FRAME_ROOM or FRAME_REACH holds.
uint32_t frame_number(const struct frame *frame);

// Takes the frame that a queue begins with out of it.
void frame_remove(struct queue *queue, const struct frame *frame);

// Appends a frame; the caller has made sure that there is room.
void frame_append(struct queue *queue, enum frame_type type, uint32_t stream, const char *payload,
                  size_t size);
void frame_append_number(struct queue *queue, enum frame_type type, uint32_t stream, uint32_t number);

#endif
