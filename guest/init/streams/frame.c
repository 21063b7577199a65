#include "frame.h"

// Where what is in a header, whose numbers have their lowest byte first.
enum { STREAM_AT = 0, SIZE_AT = 4, TYPE_AT = 6, ZERO_AT = 7 };

enum { NUMBER_BYTES = 4 };

static uint32_t number_of(const char *bytes, size_t size) {
    uint32_t number = 0;
    for (size_t i = size; i > 0; i--) number = number << 8 | (unsigned char)bytes[i - 1];
    return number;
}

static void put_number(char *bytes, uint32_t number, size_t size) {
    for (size_t i = 0; i < size; i++) bytes[i] = (char)(number >> (8 * i));
}

static bool has_right_size(const struct frame *frame) {
    switch (frame->type) {
    case FRAME_OPEN:
    case FRAME_CLOSE: return frame->size == 0;
    case FRAME_DATA: return frame->size > 0 && frame->size <= FRAME_PAYLOAD_MAX;
    case FRAME_ROOM:
    case FRAME_REACH: return frame->size == NUMBER_BYTES;
    }
    return false;
}

enum frame_found frame_read(const struct queue *queue, struct frame *frame) {
    if (queue_length(queue) < FRAME_HEADER_BYTES) return FRAME_INCOMPLETE;
    const char *header = queue->bytes + queue->start;
    frame->stream = number_of(header + STREAM_AT, 4);
    frame->size = number_of(header + SIZE_AT, 2);
    frame->type = (enum frame_type)(unsigned char)header[TYPE_AT];
    frame->payload = header + FRAME_HEADER_BYTES;
    if (frame->stream == 0 || header[ZERO_AT] != 0 || !has_right_size(frame)) return FRAME_BROKEN;
    return queue_length(queue) < FRAME_HEADER_BYTES + frame->size ? FRAME_INCOMPLETE : FRAME_WHOLE;
}

uint32_t frame_number(const struct frame *frame) { return number_of(frame->payload, NUMBER_BYTES); }

void frame_remove(struct queue *queue, const struct frame *frame) {
    queue->start += FRAME_HEADER_BYTES + frame->size;
    if (queue->start == queue->end) queue_clear(queue);
}

void frame_append(struct queue *queue, enum frame_type type, uint32_t stream, const char *payload,
                  size_t size) {
    char header[FRAME_HEADER_BYTES] = {0};
    put_number(header + STREAM_AT, stream, 4);
    put_number(header + SIZE_AT, (uint32_t)size, 2);
    header[TYPE_AT] = (char)type;
    queue_append(queue, header, sizeof header);
    queue_append(queue, payload, size);
}

void frame_append_number(struct queue *queue, enum frame_type type, uint32_t stream, uint32_t number) {
    char payload[NUMBER_BYTES];
    put_number(payload, number, sizeof payload);
    frame_append(queue, type, stream, payload, sizeof payload);
}
