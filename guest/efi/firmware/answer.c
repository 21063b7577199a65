#include "answer.h"

#include <stdbool.h>

#include "engine/base/text.h"
#include "serial.h"

enum { STX = 0x02, ETX = 0x03, EOT = 0x04, CAN = 0x18, DELETE = 0x7f };

static bool is_open;

void answer_open(void) { is_open = serial_is_present(); }

static void send_frame(char start, const char *text, size_t length) {
    serial_put(start);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte >= 0x20 && byte != DELETE) || byte == '\n' || byte == '\t') serial_put(text[i]);
    }
    serial_put(ETX);
}

// The port itself may hold two characters when the machine is switched off, so what must arrive is
// followed by two that need not. Behind the end of an answer, these mean nothing.
static void push_out(void) {
    for (int i = 0; i < 2; i++) serial_put(EOT);
    serial_wait();
}

void answer_text(const char *text, size_t length) {
    if (is_open && length > 0) send_frame(STX, text, length);
}

void answer_complete(void) {
    if (!is_open) return;
    serial_put(EOT);
    push_out();
}

void answer_failed(const char *message) {
    if (!is_open) return;
    send_frame(CAN, message, text_length(message));
    push_out();
}
