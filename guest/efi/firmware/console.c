#include "console.h"

#include "engine/base/text.h"
#include "firmware.h"
#include "screen.h"
#include "terminal.h"

static void put_character(uint32_t character) {
    bool control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    if (character == '\t') character = ' ';
    else if (control && character != '\n') return;
    screen_put(character);
    terminal_put(character);
}

void console_write(const char *text, size_t length) {
    static struct utf8_decoder decoder;
    for (size_t i = 0; i < length; i++) {
        uint32_t characters[2];
        unsigned count = utf8_decode(&decoder, (uint8_t)text[i], characters);
        for (unsigned c = 0; c < count; c++) put_character(characters[c]);
    }
    screen_flush();
}

void console_print(const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    console_write(text, text_format_list(text, sizeof text, format, arguments));
    va_end(arguments);
}

void console_clear(void) {
    screen_clear();
    terminal_control("\x1b[2J\x1b[H");
}

void console_restart_line(void) {
    screen_restart_line();
    terminal_control("\r");
}

bool console_key_pressed(struct key *key) { return terminal_key(key) || screen_key(key); }

// Nothing tells when a byte comes to the serial port: it is looked at many times a second.
static EFI_EVENT start_timer(void) {
    enum { HUNDRED_NANOSECONDS = 50000 };
    EFI_EVENT timer;
    EFI_BOOT_SERVICES *services = firmware->BootServices;
    if (EFI_ERROR(services->CreateEvent(EVT_TIMER, 0, NULL, NULL, &timer))) return NULL;
    services->SetTimer(timer, TimerPeriodic, HUNDRED_NANOSECONDS);
    return timer;
}

void console_wait_for_key(struct key *key) {
    EFI_EVENT events[] = {screen_key_event(), terminal_is_open() ? start_timer() : NULL};
    UINTN index;
    while (!console_key_pressed(key)) {
        if (terminal_is_open() && events[1] == NULL) continue;
        firmware->BootServices->WaitForEvent(events[1] == NULL ? 1 : 2, events, &index);
    }
    if (events[1] != NULL) firmware->BootServices->CloseEvent(events[1]);
}
