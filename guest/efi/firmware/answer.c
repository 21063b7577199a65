#include "answer.h"

#include "firmware.h"
#include "model/text.h"
#include "uefi/serial.h"

enum { STX = 0x02, ETX = 0x03, EOT = 0x04, CAN = 0x18, DELETE = 0x7f };

static EFI_SERIAL_IO_PROTOCOL *port;

void answer_open(void) {
    static const EFI_GUID guid = EFI_SERIAL_IO_PROTOCOL_GUID;
    port = firmware_protocol(&guid);
}

static void send(const char *bytes, size_t size) {
    while (size > 0) {
        UINTN sent = size;
        if (EFI_ERROR(port->Write(port, &sent, bytes)) && sent == 0) return;
        bytes += sent;
        size -= sent;
    }
}

static void send_frame(char start, const char *text, size_t length) {
    send(&start, 1);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte >= 0x20 && byte != DELETE) || byte == '\n' || byte == '\t') send(&text[i], 1);
    }
    send((const char[]){ETX}, 1);
}

void answer_text(const char *text, size_t length) {
    if (port != NULL && length > 0) send_frame(STX, text, length);
}

void answer_complete(void) {
    if (port != NULL) send((const char[]){EOT}, 1);
}

void answer_failed(const char *message) {
    if (port != NULL) send_frame(CAN, message, text_length(message));
}
