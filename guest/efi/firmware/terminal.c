#include "terminal.h"

#include "clock.h"
#include "serial.h"

// An ESC that nothing follows for so long is the Escape key.
static const double ESCAPE_SECONDS = 0.05;

static bool is_open;
static struct terminal_keys keys;
static struct key ready[2]; // keys that came with the one before
static unsigned ready_count;
static uint64_t last_byte_ticks;

void terminal_open(void) { is_open = serial_take(); }

void terminal_close(void) {
    if (is_open) serial_give_back();
    is_open = false;
}

bool terminal_is_open(void) { return is_open; }

void terminal_put(uint32_t character) {
    char bytes[UTF8_BYTES_MAX];
    if (!is_open) return;
    if (character == '\n') serial_put('\r');
    unsigned count = utf8_encode(character, bytes);
    for (unsigned i = 0; i < count; i++) serial_put(bytes[i]);
}

void terminal_control(const char *sequence) {
    if (!is_open) return;
    for (; *sequence != '\0'; sequence++) serial_put(*sequence);
}

static bool take_ready(struct key *key) {
    if (ready_count == 0) return false;
    *key = ready[0];
    ready[0] = ready[1];
    ready_count--;
    return true;
}

bool terminal_key(struct key *key) {
    uint8_t byte;
    if (!is_open) return false;
    while (ready_count == 0 && serial_get(&byte)) {
        last_byte_ticks = clock_ticks();
        ready_count = terminal_keys_feed(&keys, byte, ready);
    }
    if (take_ready(key)) return true;
    bool paused = clock_seconds(clock_ticks() - last_byte_ticks) >= ESCAPE_SECONDS;
    return paused && terminal_keys_pause(&keys, key);
}
