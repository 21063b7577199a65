#include "output_filter.h"

#include <stdbool.h>

#include "kernel/queue.h"
#include "kernel/sys.h"
#include "text/text.h"

enum { BACK_SPACE = 0x08, BELL = 0x07, ESCAPE = 0x1b, DELETE = 0x7f };

// A string (OSC, DCS, SOS, PM, APC) that never ends must not swallow the rest of the conversation.
enum { STRING_BYTES_MAX = 4096 };

enum state { TEXT, CHARACTER, AFTER_ESCAPE, AFTER_INTERMEDIATE, CONTROL_SEQUENCE, STRING, STRING_ESCAPE };

static void hold(struct output_filter *filter, unsigned char byte) {
    // One that is too long for any that may pass is followed to its end, but not kept.
    if (filter->held_count < OUTPUT_FILTER_HELD_MAX) filter->held[filter->held_count] = byte;
    if (filter->held_count <= OUTPUT_FILTER_HELD_MAX) filter->held_count++;
}

static size_t release(struct output_filter *filter, char *to) {
    memcpy(to, filter->held, filter->held_count);
    filter->state = TEXT;
    return filter->held_count;
}

static bool is_colour(unsigned number) {
    return number <= 1 || (number >= 30 && number <= 37) || (number >= 90 && number <= 97);
}

// "ESC [ K", "ESC [ C", and "ESC [ N ; N ... m" with nothing but colours.
static bool may_pass(const struct output_filter *filter) {
    size_t count = filter->held_count;
    if (count > OUTPUT_FILTER_HELD_MAX) return false;
    unsigned char last = filter->held[count - 1];
    if (last == 'K' || last == 'C') return count == 3;
    if (last != 'm') return false;
    unsigned number = 0;
    for (size_t i = 2; i < count; i++) {
        unsigned char byte = filter->held[i];
        if (byte >= '0' && byte <= '9' && number < 100) {
            number = number * 10 + (byte - '0');
        } else if ((byte == ';' || byte == 'm') && is_colour(number)) {
            number = 0;
        } else {
            return false;
        }
    }
    return true;
}

// How many bytes follow the first of a character, and between which the second must be (Unicode
// standard, table 3-7); 0 for a byte that begins none.
static size_t begin_character(struct output_filter *filter, unsigned char first) {
    filter->low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    filter->high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    return first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

static size_t take_text(struct output_filter *filter, unsigned char byte, char *to) {
    bool printable = byte >= ' ' && byte < DELETE;
    if (printable || (byte >= BACK_SPACE && byte <= '\n') || byte == '\r') {
        *to = (char)byte;
        return 1;
    }
    filter->held_count = 0;
    if (byte == ESCAPE) {
        hold(filter, byte);
        filter->state = AFTER_ESCAPE;
    } else if (byte > DELETE) {
        filter->wanted = begin_character(filter, byte);
        if (filter->wanted == 0) {
            *to = '?';
            return 1;
        }
        hold(filter, byte);
        filter->state = CHARACTER;
    }
    return 0;
}

static size_t take_character(struct output_filter *filter, unsigned char byte, char *to) {
    hold(filter, byte);
    filter->low = 0x80;
    filter->high = 0xbf;
    if (--filter->wanted > 0) return 0;
    filter->state = TEXT;
    // U+0080 to U+009F are C1 controls.
    bool control = filter->held[0] == 0xc2 && filter->held[1] < 0xa0;
    return control ? 0 : release(filter, to);
}

static void take_after_escape(struct output_filter *filter, unsigned char byte) {
    hold(filter, byte);
    if (byte == '[') {
        filter->state = CONTROL_SEQUENCE;
    } else if (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_') {
        filter->state = STRING;
        filter->wanted = STRING_BYTES_MAX;
    } else {
        filter->state = byte < '0' ? AFTER_INTERMEDIATE : TEXT;
    }
}

static size_t take_control_sequence(struct output_filter *filter, unsigned char byte, char *to) {
    hold(filter, byte);
    if (byte < '@') return 0;
    filter->state = TEXT;
    return may_pass(filter) ? release(filter, to) : 0;
}

static void take_string(struct output_filter *filter, unsigned char byte) {
    if (byte == BELL || --filter->wanted == 0) filter->state = TEXT;
    if (byte == ESCAPE) filter->state = STRING_ESCAPE;
}

// Whether a byte cannot be part of what has begun, and so begins something else.
static bool interrupts(const struct output_filter *filter, unsigned char byte) {
    switch ((enum state)filter->state) {
    case TEXT: return false;
    case CHARACTER: return byte < filter->low || byte > filter->high;
    case STRING: return byte == '\n' || byte == '\r';
    case STRING_ESCAPE: return byte != '\\';
    default: return byte < ' ' || byte >= DELETE;
    }
}

size_t output_filter_feed(struct output_filter *filter, const char *bytes, size_t size, char *to) {
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (interrupts(filter, byte)) {
            if (filter->state == CHARACTER) to[length++] = '?';
            filter->held_count = 0;
            if (filter->state == STRING_ESCAPE) hold(filter, ESCAPE);
            filter->state = filter->state == STRING_ESCAPE ? AFTER_ESCAPE : TEXT;
            if (filter->state == AFTER_ESCAPE && interrupts(filter, byte)) filter->state = TEXT;
        }
        switch ((enum state)filter->state) {
        case TEXT: length += take_text(filter, byte, to + length); break;
        case CHARACTER: length += take_character(filter, byte, to + length); break;
        case AFTER_ESCAPE: take_after_escape(filter, byte); break;
        case AFTER_INTERMEDIATE:
            if (byte >= '0') filter->state = TEXT;
            break;
        case CONTROL_SEQUENCE: length += take_control_sequence(filter, byte, to + length); break;
        case STRING: take_string(filter, byte); break;
        case STRING_ESCAPE: // the backslash: together they end the string
            filter->state = TEXT;
            break;
        }
    }
    return length;
}

long output_filter_fill(struct output_filter *filter, struct queue *queue, int fd) {
    char bytes[4096], passed[sizeof bytes + OUTPUT_FILTER_HELD_MAX];
    size_t room = queue_room(queue);
    if (room <= OUTPUT_FILTER_HELD_MAX) return 0;
    room -= OUTPUT_FILTER_HELD_MAX;
    long count = sys_read(fd, bytes, room < sizeof bytes ? room : sizeof bytes);
    if (count > 0) queue_append(queue, passed, output_filter_feed(filter, bytes, (size_t)count, passed));
    return count;
}
