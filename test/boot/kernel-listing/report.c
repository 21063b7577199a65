#include "report.h"

#include "delivery.h"
#include "kernel/sys.h"
#include "text/text.h"

// Kept back for delivery_finish, which makes sure that the host has had everything before.
enum { KEPT_BYTES = 512 };

static struct delivery delivery;

bool report_open(void) {
    delivery_open(&delivery);
    return delivery.port >= 0;
}

bool report_finish(void) { return delivery_finish(&delivery); }

static void make_room(void) {
    struct pollfd writable = {delivery.port, POLLOUT, 0};
    sys_poll(&writable, 1, -1);
    if (writable.revents & POLLHUP) delivery_give_up(&delivery);
    queue_drain(&delivery.text, delivery.port, KEPT_BYTES);
}

static void put(const char *bytes, size_t size) {
    while (queue_room(&delivery.text) < size) make_room();
    queue_append(&delivery.text, bytes, size);
}

void report_text(const char *text) { put(text, text_length(text)); }

void report_begin(const char *kind) { report_text(kind); }

void report_end(void) { put("\n", 1); }

void report_field(const char *name) {
    put(" ", 1);
    report_text(name);
    put("=", 1);
}

void report_number(int64_t number) {
    char digits[20];
    size_t start = sizeof digits;
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--start] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude != 0);
    if (number < 0) digits[--start] = '-';
    put(digits + start, sizeof digits - start);
}

void report_hex(const void *bytes, size_t size) {
    static const char digits[] = "0123456789abcdef";
    const unsigned char *byte = bytes;
    while (size > 0) {
        char piece[256];
        size_t length = 0;
        for (; size > 0 && length < sizeof piece; byte++, size--) {
            piece[length++] = digits[*byte >> 4];
            piece[length++] = digits[*byte & 15];
        }
        put(piece, length);
    }
}

void report_problem(const char *call, long error, const char *path, size_t path_length) {
    report_begin("problem");
    report_field("call");
    report_text(call);
    report_field("error");
    report_number(-error);
    report_field("path");
    report_hex(path, path_length);
    report_end();
}
