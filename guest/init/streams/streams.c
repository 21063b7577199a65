#include "streams.h"

#include "kernel/sys.h"
#include "kernel/virtio_port.h"

enum {
    // What either side of a stream may send before the other has said that it has taken some of it.
    INITIAL_ROOM = QUEUE_BYTES,
    // A host that says so has lost count.
    ROOM_MAX = 1 << 20,
    // The host is told that bytes were taken once there are so many.
    WORTH_TELLING = INITIAL_ROOM / 4,
    // The largest frame that is no data.
    CONTROL_FRAME_BYTES = FRAME_HEADER_BYTES + 4,
    // A server that many connect to at once is asked again.
    CONNECT_INTERVAL_MS = 5,
};

static bool waits(long count) { return count == -EAGAIN || count == -EINTR; }

bool streams_open(struct streams *streams, const char *port) {
    streams->port = virtio_port_open(port, O_RDWR | O_NONBLOCK);
    return streams->port >= 0;
}

static struct stream *find(struct streams *streams, uint32_t number) {
    for (unsigned i = 0; i < STREAMS_MAX; i++) {
        if (streams->streams[i].number == number) return &streams->streams[i];
    }
    return NULL;
}

static void hang_up(struct stream *stream) {
    if (stream->connection >= 0) sys_close(stream->connection);
    stream->connection = STREAM_ENDED;
}

static void forget(struct stream *stream) {
    hang_up(stream);
    stream->number = 0;
}

short streams_port_events(const struct streams *streams) {
    return (short)((queue_room(&streams->from_host) > 0 ? POLLIN : 0) |
                   (queue_length(&streams->to_host) > 0 ? POLLOUT : 0));
}

// How much may be read from a program's connection now.
static size_t readable(const struct streams *streams, const struct stream *stream) {
    // Leaves room for what is to be said besides.
    const size_t kept = FRAME_HEADER_BYTES + CONTROL_FRAME_BYTES;
    size_t room = queue_room(&streams->to_host);
    room = room > kept ? room - kept : 0;
    if (room > stream->room) room = stream->room;
    return room < FRAME_PAYLOAD_MAX ? room : FRAME_PAYLOAD_MAX;
}

short streams_connection_events(const struct streams *streams, const struct stream *stream) {
    if (stream->connection < 0) return 0;
    return (short)((readable(streams, stream) > 0 ? POLLIN : 0) |
                   (queue_length(&stream->to_program) > 0 ? POLLOUT : 0));
}

static void begin(struct stream *stream, uint32_t number, int connection) {
    stream->number = number;
    stream->room = INITIAL_ROOM;
    stream->untold = 0;
    queue_clear(&stream->to_program);
    stream->connection = connection;
}

static void open_for_host(struct streams *streams, uint32_t number) {
    struct stream *stream = find(streams, 0);
    if (stream == NULL) {
        frame_append(&streams->to_host, FRAME_CLOSE, number, NULL, 0);
        return;
    }
    begin(stream, number, STREAM_TO_CONNECT);
}

bool streams_can_reach(struct streams *streams) {
    return find(streams, 0) != NULL && queue_room(&streams->to_host) >= CONTROL_FRAME_BYTES;
}

void streams_reach(struct streams *streams, int connection, uint32_t target) {
    struct stream *stream = find(streams, 0);
    begin(stream, FRAME_STREAM_OF_INIT | ++streams->opened, connection);
    stream->target = target;
    frame_append_number(&streams->to_host, FRAME_REACH, stream->number, target);
}

static void connect(const struct streams *streams, struct stream *stream) {
    int connection = streams->connect();
    if (connection == -EAGAIN) return;
    // A server that does not listen any more is about to end, which is seen elsewhere.
    stream->connection = connection < 0 ? STREAM_ENDED : connection;
}

// False when it is none that the host may send.
static bool take_frame(struct streams *streams, const struct frame *frame) {
    struct stream *stream = find(streams, frame->stream);
    bool is_of_init = (frame->stream & FRAME_STREAM_OF_INIT) != 0;
    if (frame->type == FRAME_REACH) return false;
    if (frame->type == FRAME_OPEN) {
        if (stream != NULL || is_of_init || streams->connect == NULL) return false;
        open_for_host(streams, frame->stream);
        return true;
    }
    // The program may have ended it, which the host does not know yet.
    if (stream == NULL) return true;
    switch (frame->type) {
    case FRAME_DATA:
        if (stream->connection == STREAM_ENDED) return true;
        if (queue_room(&stream->to_program) < frame->size) return false;
        queue_append(&stream->to_program, frame->payload, frame->size);
        return true;
    case FRAME_ROOM:
        if (frame_number(frame) > ROOM_MAX - stream->room) return false;
        stream->room += frame_number(frame);
        return true;
    default:
        if (is_of_init && stream->connection != STREAM_ENDED) {
            streams->refused = true;
            streams->refused_target = stream->target;
        }
        forget(stream);
        return true;
    }
}

static void take_frames(struct streams *streams) {
    struct frame frame;
    enum frame_found found = FRAME_INCOMPLETE;
    // Each may have to be answered.
    while (!streams->broken && queue_room(&streams->to_host) >= CONTROL_FRAME_BYTES &&
           (found = frame_read(&streams->from_host, &frame)) == FRAME_WHOLE) {
        if (!take_frame(streams, &frame)) streams->broken = true;
        frame_remove(&streams->from_host, &frame);
    }
    if (found == FRAME_BROKEN) streams->broken = true;
}

void streams_serve_port(struct streams *streams, short events) {
    if (events & POLLIN) {
        long count = queue_fill(&streams->from_host, streams->port);
        if (count == 0 || (count < 0 && !waits(count))) streams->lost = true;
    }
    if (events & POLLHUP) streams->lost = true;
    if (events & POLLOUT) queue_drain(&streams->to_host, streams->port, 0);
}

static void read_program(struct streams *streams, struct stream *stream) {
    static char bytes[FRAME_PAYLOAD_MAX];
    long count = sys_read(stream->connection, bytes, readable(streams, stream));
    if (count > 0) {
        frame_append(&streams->to_host, FRAME_DATA, stream->number, bytes, (size_t)count);
        stream->room -= (size_t)count;
    } else if (!waits(count)) {
        hang_up(stream);
    }
}

static void write_program(struct stream *stream) {
    long count = queue_drain(&stream->to_program, stream->connection, 0);
    if (count > 0) stream->untold += (size_t)count;
    // That it has hung up is seen when it is read from.
    if (count < 0 && !waits(count)) queue_clear(&stream->to_program);
}

void streams_serve_connection(struct streams *streams, int connection, short events) {
    for (unsigned i = 0; i < STREAMS_MAX; i++) {
        struct stream *stream = &streams->streams[i];
        if (stream->number == 0 || stream->connection != connection) continue;
        // What it says comes first: a program that has hung up is to be given nothing more.
        if ((events & (POLLIN | POLLHUP | POLLERR)) && readable(streams, stream) > 0) {
            read_program(streams, stream);
        }
        if ((events & POLLOUT) && stream->connection >= 0) write_program(stream);
        return;
    }
}

// Tells the host what its stream has come to, if there is room to.
static void tell(struct streams *streams, struct stream *stream) {
    if (queue_room(&streams->to_host) < CONTROL_FRAME_BYTES) return;
    if (stream->connection == STREAM_ENDED) {
        frame_append(&streams->to_host, FRAME_CLOSE, stream->number, NULL, 0);
        forget(stream);
    } else if (stream->untold >= WORTH_TELLING) {
        frame_append_number(&streams->to_host, FRAME_ROOM, stream->number, (uint32_t)stream->untold);
        stream->untold = 0;
    }
}

void streams_finish_turn(struct streams *streams) {
    take_frames(streams);
    for (unsigned i = 0; i < STREAMS_MAX; i++) {
        struct stream *stream = &streams->streams[i];
        if (stream->number == 0) continue;
        if (stream->connection == STREAM_TO_CONNECT) connect(streams, stream);
        tell(streams, stream);
    }
}

long streams_timeout_ms(const struct streams *streams) {
    for (unsigned i = 0; i < STREAMS_MAX; i++) {
        const struct stream *stream = &streams->streams[i];
        if (stream->number != 0 && stream->connection == STREAM_TO_CONNECT) return CONNECT_INTERVAL_MS;
    }
    return -1;
}
