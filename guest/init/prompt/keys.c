#include "keys.h"

#include "text/text.h"

enum {
    CONTROL_C = 0x03,
    ESCAPE_CHARACTER = 0x1b,
    RUBOUT = 0x7f,
    // The first parameters of CSI ... ~ that enclose a paste (xterm, bracketed paste mode), and of
    // CSI ... t that tells the window's size, rows before columns (in-band resize notifications).
    PASTE_BEGINS = 200,
    PASTE_ENDS = 201,
    WINDOW_SIZE = 48,
    PARAMETER_MAX = 65535,
};

// The keys of Emacs and of readline(3). The others of the control characters do nothing: among them are
// those with which a terminal driver stops its output, or a program.
static bool control_key(unsigned char byte, enum key_kind *kind) {
    switch (byte) {
    case 0x01: *kind = KEY_HOME; return true; // Ctrl+A
    case 0x02: *kind = KEY_LEFT; return true; // Ctrl+B
    case CONTROL_C: *kind = KEY_INTERRUPT; return true;
    case 0x04: *kind = KEY_END_OF_INPUT; return true; // Ctrl+D
    case 0x05: *kind = KEY_END; return true; // Ctrl+E
    case 0x06: *kind = KEY_RIGHT; return true; // Ctrl+F
    case '\b': *kind = KEY_BACKSPACE; return true; // Ctrl+H
    case RUBOUT: *kind = KEY_BACKSPACE; return true;
    case '\r':
    case '\n': *kind = KEY_ENTER; return true;
    case 0x0b: *kind = KEY_ERASE_TO_END; return true; // Ctrl+K
    case 0x0c: *kind = KEY_CLEAR_SCREEN; return true; // Ctrl+L
    case 0x0e: *kind = KEY_LATER; return true; // Ctrl+N
    case 0x10: *kind = KEY_EARLIER; return true; // Ctrl+P
    case 0x15: *kind = KEY_ERASE_TO_START; return true; // Ctrl+U
    case 0x17: *kind = KEY_ERASE_WORD; return true; // Ctrl+W
    default: return false;
    }
}

static unsigned take(struct key *key, enum key_kind kind) {
    key->kind = kind;
    return 1;
}

static unsigned take_character(struct key *key, uint32_t character) {
    // C1 control characters: a terminal would obey them.
    if (character >= 0x80 && character < 0xa0) return 0;
    key->character = character;
    return take(key, KEY_CHARACTER);
}

// Any other control character than Tab and Enter means nothing in a paste, but Ctrl+C: the paste's end
// may have been lost, and then it is a key.
static unsigned control_in_paste(struct key_decoder *decoder, unsigned char byte, struct key *key) {
    if (byte == '\r' || byte == '\n') return take(key, KEY_LINE_BREAK);
    if (byte != CONTROL_C) return 0;
    decoder->pasting = false;
    return take(key, KEY_INTERRUPT);
}

static unsigned control(struct key_decoder *decoder, unsigned char byte, struct key *key) {
    bool second_of_line_end = byte == '\n' && decoder->after_return;
    enum key_kind kind;
    decoder->after_return = byte == '\r';
    if (second_of_line_end) return 0;
    if (byte == '\t') return take_character(key, byte);
    if (decoder->pasting) return control_in_paste(decoder, byte, key);
    return control_key(byte, &kind) ? take(key, kind) : 0;
}

// The second parameter of a cursor key is 1 and the sum of Shift 1, Alt 2, Ctrl 4 (xterm).
static bool by_words(const struct key_decoder *decoder) {
    unsigned modifiers = decoder->parameters[1];
    return modifiers > 0 && ((modifiers - 1) & 6) != 0;
}

static unsigned end_tilde(struct key_decoder *decoder, struct key *key) {
    switch (decoder->parameters[0]) {
    case 1:
    case 7: return take(key, KEY_HOME);
    case 3: return take(key, KEY_DELETE);
    case 4:
    case 8: return take(key, KEY_END);
    case PASTE_BEGINS: decoder->pasting = true; return 0;
    case PASTE_ENDS: decoder->pasting = false; return 0;
    default: return 0;
    }
}

static unsigned end_sequence(struct key_decoder *decoder, unsigned char final, struct key *key) {
    decoder->state = OUTSIDE;
    if (final == 't' && decoder->parameters[0] == WINDOW_SIZE) {
        key->rows = decoder->parameters[1];
        key->columns = decoder->parameters[2];
        return key->rows > 0 && key->columns > 0 ? take(key, KEY_WINDOW_SIZE) : 0;
    }
    if (decoder->pasting && !(final == '~' && decoder->parameters[0] == PASTE_ENDS)) return 0;
    switch (final) {
    case 'A': return take(key, KEY_EARLIER);
    case 'B': return take(key, KEY_LATER);
    case 'C': return take(key, by_words(decoder) ? KEY_WORD_RIGHT : KEY_RIGHT);
    case 'D': return take(key, by_words(decoder) ? KEY_WORD_LEFT : KEY_LEFT);
    case 'F': return take(key, KEY_END);
    case 'H': return take(key, KEY_HOME);
    case '[': decoder->state = FUNCTION_KEY; return 0; // Linux's console has ESC [ [ A for F1
    case '~': return end_tilde(decoder, key);
    default: return 0;
    }
}

static void add_digit(struct key_decoder *decoder, unsigned digit) {
    if (decoder->parameter >= KEY_PARAMETERS_MAX) return;
    unsigned *number = &decoder->parameters[decoder->parameter];
    *number = *number * 10 + digit;
    if (*number > PARAMETER_MAX) *number = PARAMETER_MAX;
}

static unsigned after_escape(struct key_decoder *decoder, unsigned char byte, struct key *key) {
    decoder->state = OUTSIDE;
    switch (byte) {
    case '[':
        decoder->state = SEQUENCE;
        decoder->parameter = 0;
        memset(decoder->parameters, 0, sizeof decoder->parameters);
        return 0;
    case 'O': decoder->state = SINGLE_SHIFT; return 0;
    case ESCAPE_CHARACTER: decoder->state = ESCAPE; return 0;
    default: break;
    }
    if (decoder->pasting) return 0;
    switch (byte) {
    case '\r':
    case '\n': decoder->after_return = byte == '\r'; return take(key, KEY_LINE_BREAK);
    case '\b':
    case RUBOUT: return take(key, KEY_ERASE_WORD);
    case 'b': return take(key, KEY_WORD_LEFT);
    case 'f': return take(key, KEY_WORD_RIGHT);
    default: return 0;
    }
}

// Escape sequences of keys: ESC [ parameters final, ESC O final, ESC key (ECMA-48, 5.4; xterm).
static unsigned in_sequence(struct key_decoder *decoder, unsigned char byte, struct key *key) {
    switch (decoder->state) {
    case ESCAPE: return after_escape(decoder, byte, key);
    case SEQUENCE:
        if (byte >= '0' && byte <= '9') add_digit(decoder, byte - '0');
        if (byte == ';') decoder->parameter++;
        return byte >= 0x40 && byte < RUBOUT ? end_sequence(decoder, byte, key) : 0;
    case SINGLE_SHIFT:
        decoder->parameters[0] = decoder->parameters[1] = 0;
        return byte >= 'A' && byte <= 'H' ? end_sequence(decoder, byte, key)
                                          : (decoder->state = OUTSIDE, 0);
    default: decoder->state = OUTSIDE; return 0;
    }
}

static unsigned in_text(struct key_decoder *decoder, unsigned char byte, struct key keys[KEYS_A_BYTE_MAX]) {
    unsigned count = 0;
    enum utf8_step step = utf8_feed(&decoder->utf8, byte);
    if (step == UTF8_BROKEN_OFF) {
        count = take_character(keys, UTF8_REPLACEMENT);
        step = utf8_feed(&decoder->utf8, byte);
    }
    struct key *key = keys + count;
    uint32_t character = decoder->utf8.character;
    if (step == UTF8_INCOMPLETE) return count;
    if (step == UTF8_MALFORMED) return count + take_character(key, UTF8_REPLACEMENT);
    if (byte == ESCAPE_CHARACTER) {
        decoder->state = ESCAPE;
        return count;
    }
    if (character < ' ' || character == RUBOUT) return count + control(decoder, byte, key);
    decoder->after_return = false;
    return count + take_character(key, character);
}

unsigned key_decoder_feed(struct key_decoder *decoder, unsigned char byte,
                          struct key keys[KEYS_A_BYTE_MAX]) {
    // A control character or a letter beyond ASCII is part of no sequence: what has begun is broken off.
    bool alt_key = decoder->state == ESCAPE &&
                   (byte == '\r' || byte == '\n' || byte == '\b' || byte == ESCAPE_CHARACTER);
    if (!alt_key && (byte < ' ' || byte >= 0x80)) decoder->state = OUTSIDE;
    return decoder->state == OUTSIDE ? in_text(decoder, byte, keys) : in_sequence(decoder, byte, keys);
}

bool key_decoder_waits(const struct key_decoder *decoder) {
    return decoder->pasting || decoder->state != OUTSIDE;
}

void key_decoder_give_up(struct key_decoder *decoder) {
    decoder->pasting = false;
    decoder->state = OUTSIDE;
}
