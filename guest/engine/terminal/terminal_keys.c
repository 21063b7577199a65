#include "engine/terminal/terminal_keys.h"

enum { ESC = 0x1b, CONTROL_C = 0x03, PASTE_BEGINS = 200, PASTE_ENDS = 201, NUMBER_MAX = 999 };

static unsigned one(struct key *out, enum key_code code) {
    *out = (struct key){code, 0, false};
    return 1;
}

// The end of ESC [ number final, or of ESC O final.
static unsigned end_sequence(struct terminal_keys *keys, uint8_t final, struct key *out) {
    keys->state = TERMINAL_TEXT;
    switch (final) {
    case 'A': return one(out, KEY_UP);
    case 'C': return one(out, KEY_RIGHT);
    case 'D': return one(out, KEY_LEFT);
    case 'H': return one(out, KEY_HOME);
    case 'F': return one(out, KEY_END);
    case '~': break;
    default: return 0;
    }
    switch (keys->number) {
    case 1:
    case 7: return one(out, KEY_HOME);
    case 3: return one(out, KEY_DELETE);
    case 4:
    case 8: return one(out, KEY_END);
    case PASTE_BEGINS: keys->pasting = true; return 0;
    case PASTE_ENDS: keys->pasting = false; return 0;
    default: return 0;
    }
}

static unsigned feed_text(struct terminal_keys *keys, uint8_t byte, struct key *out) {
    bool after_return = keys->after_return;
    keys->after_return = byte == '\r';
    if (byte == ESC) {
        keys->state = TERMINAL_ESCAPE;
        keys->decoder = (struct utf8_decoder){0};
        return 0;
    }
    if (byte == '\n' && after_return) return 0;
    uint32_t characters[2];
    unsigned count = utf8_decode(&keys->decoder, byte, characters);
    for (unsigned i = 0; i < count; i++) {
        out[i] = (struct key){KEY_CHARACTER, characters[i], keys->pasting};
    }
    return count;
}

// A terminal sends ESC before a key pressed with Alt. The Escape key and another one may come as close,
// where the machine gets little time: the other one is not lost.
static unsigned feed_after_escape(struct terminal_keys *keys, uint8_t byte, struct key out[2]) {
    keys->number = 0;
    keys->state = byte == '[' ? TERMINAL_CSI : byte == 'O' ? TERMINAL_SS3 : TERMINAL_TEXT;
    if (keys->state != TERMINAL_TEXT) return 0;
    one(out, KEY_ESCAPE);
    // The decoder has been reset: a byte completes one character at most.
    return 1 + feed_text(keys, byte, out + 1);
}

static unsigned feed_sequence(struct terminal_keys *keys, uint8_t byte, struct key *out) {
    bool final = byte >= 0x40 && byte <= 0x7e;
    if (keys->state == TERMINAL_SS3 || final) return end_sequence(keys, byte, out);
    if (byte >= '0' && byte <= '9' && keys->number <= NUMBER_MAX) {
        keys->number = keys->number * 10 + (byte - '0');
    }
    return 0;
}

unsigned terminal_keys_feed(struct terminal_keys *keys, uint8_t byte, struct key out[2]) {
    // Whatever has been lost on the way, Ctrl+C works.
    if (byte == CONTROL_C) {
        *keys = (struct terminal_keys){0};
        out[0] = (struct key){KEY_CHARACTER, CONTROL_C, false};
        return 1;
    }
    switch (keys->state) {
    case TERMINAL_TEXT: return feed_text(keys, byte, out);
    case TERMINAL_ESCAPE: return feed_after_escape(keys, byte, out);
    default: return feed_sequence(keys, byte, out);
    }
}

bool terminal_keys_pause(struct terminal_keys *keys, struct key *out) {
    if (keys->state != TERMINAL_ESCAPE) return false;
    keys->state = TERMINAL_TEXT;
    one(out, KEY_ESCAPE);
    return true;
}
