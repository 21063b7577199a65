// The keys of a terminal: what it sends for them is UTF-8, and ECMA-48's control sequences.
#ifndef ZOSIA_TERMINAL_KEYS_H
#define ZOSIA_TERMINAL_KEYS_H

#include <stdbool.h>

#include "shared/utf8.h"

enum key_code {
    KEY_CHARACTER,
    KEY_UP,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_DELETE,
    KEY_ESCAPE,
};

struct key {
    enum key_code code;
    uint32_t character; // of KEY_CHARACTER; Enter is CR or LF, letters pressed with Ctrl are below 0x20
    bool pasted; // part of a paste, where the end of a line is no Enter
};

enum terminal_state { TERMINAL_TEXT, TERMINAL_ESCAPE, TERMINAL_CSI, TERMINAL_SS3 };

struct terminal_keys {
    struct utf8_decoder decoder;
    enum terminal_state state;
    unsigned number; // the first parameter of a control sequence
    bool pasting;
    bool after_return; // LF behind CR is the same end of a line
};

// What switches bracketed paste on and off (xterm, "Bracketed Paste Mode").
#define TERMINAL_PASTE_ON "\x1b[?2004h"
#define TERMINAL_PASTE_OFF "\x1b[?2004l"

// Takes a byte; writes the keys that it completes, at most two, and returns how many.
unsigned terminal_keys_feed(struct terminal_keys *keys, uint8_t byte, struct key out[2]);

// Nothing more comes for now: an ESC that begins no sequence is the Escape key. Returns whether it was.
bool terminal_keys_pause(struct terminal_keys *keys, struct key *out);

#endif
