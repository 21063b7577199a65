// What a user does at a terminal's keyboard, out of the bytes that the terminal sends for it.
#ifndef ZOSIA_KEYS_H
#define ZOSIA_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/utf8.h"

enum key_kind {
    KEY_CHARACTER,
    KEY_ENTER,
    KEY_LINE_BREAK, // Alt+Enter, or the end of a line in a paste
    KEY_BACKSPACE,
    KEY_DELETE,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_WORD_LEFT,
    KEY_WORD_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_EARLIER, // in the history
    KEY_LATER,
    KEY_ERASE_TO_START,
    KEY_ERASE_TO_END,
    KEY_ERASE_WORD,
    KEY_CLEAR_SCREEN,
    KEY_INTERRUPT,
    KEY_END_OF_INPUT,
    KEY_WINDOW_SIZE,
};

struct key {
    enum key_kind kind;
    uint32_t character;
    unsigned rows, columns;
};

enum { KEY_PARAMETERS_MAX = 4, KEYS_A_BYTE_MAX = 2 };

struct key_decoder {
    enum { OUTSIDE, ESCAPE, SEQUENCE, SINGLE_SHIFT, FUNCTION_KEY } state;
    unsigned parameters[KEY_PARAMETERS_MAX];
    unsigned parameter; // the current one's index
    struct utf8_decoder utf8;
    bool pasting;
    bool after_return;
};

// Follows one byte, and says which keys it completes: none, one, or two. Keys that have no meaning here
// are none. What is not UTF-8 is the character U+FFFD.
unsigned key_decoder_feed(struct key_decoder *decoder, unsigned char byte,
                          struct key keys[KEYS_A_BYTE_MAX]);

// Whether a paste or a sequence has begun that has not ended.
bool key_decoder_waits(const struct key_decoder *decoder);

// To be called when nothing more has come for a while: the end of what has begun is lost.
void key_decoder_give_up(struct key_decoder *decoder);

#endif
