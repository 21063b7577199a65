#include "line_editor.h"

enum {
    CONTROL_C = 0x03,
    CONTROL_D = 0x04,
    BACKSPACE = 0x08,
    CONTROL_U = 0x15,
    ESCAPE = 0x1b,
    DELETE = 0x7f,
    PASTE_BEGINS = 200, // CSI 200 ~ and CSI 201 ~ enclose a paste (xterm's bracketed paste mode)
    PASTE_ENDS = 201,
};

static bool is_utf8_continuation(char byte) { return ((unsigned char)byte & 0xc0) == 0x80; }

static enum key erase(struct line_editor *line) {
    if (line->length == 0) return KEY_OTHER;
    do {
        line->length--;
    } while (line->length > 0 && is_utf8_continuation(line->text[line->length]));
    return KEY_ERASE;
}

static enum key append(struct line_editor *line, unsigned char byte) {
    if (line->length == sizeof line->text) {
        line->unknown = true;
    } else {
        line->text[line->length++] = (char)byte;
    }
    return KEY_TEXT;
}

// Up and down recall an earlier line; every other sequence moves the cursor or does nothing, which
// matters only to lines that init does not care about.
static void end_control_sequence(struct line_editor *line, unsigned char final) {
    if (final == 'A' || final == 'B') line->unknown = true;
    if (final == '~' && line->escape_number == PASTE_BEGINS) line->pasting = true;
    if (final == '~' && line->escape_number == PASTE_ENDS) line->pasting = false;
}

// Escape sequences as terminals send them for keys: ESC [ parameters final, ESC O final, ESC key
// (ECMA-48, 5.4).
static void feed_escape(struct line_editor *line, unsigned char byte) {
    bool final = byte >= 0x40 && byte <= 0x7e;
    if (line->escape == ESCAPE_STARTED && (byte == '[' || byte == 'O')) {
        line->escape = byte == '[' ? ESCAPE_CSI : ESCAPE_SS3;
        line->escape_number = 0;
    } else if (line->escape == ESCAPE_STARTED) {
        // Alt+Enter makes a line of several lines.
        if (byte == '\r' || byte == '\n') line->unknown = true;
        line->escape = ESCAPE_NONE;
    } else if (line->escape == ESCAPE_SS3 || final) {
        end_control_sequence(line, byte);
        line->escape = ESCAPE_NONE;
    } else if (byte >= '0' && byte <= '9' && line->escape_number < 1000) {
        line->escape_number = line->escape_number * 10 + (byte - '0');
    }
}

enum key line_editor_feed(struct line_editor *line, unsigned char byte) {
    if (byte == CONTROL_C && !line->pasting) {
        line->escape = ESCAPE_NONE;
        return KEY_INTERRUPT;
    }
    if (line->escape != ESCAPE_NONE) {
        feed_escape(line, byte);
        return KEY_OTHER;
    }
    if (byte == ESCAPE) {
        line->escape = ESCAPE_STARTED;
        return KEY_OTHER;
    }
    bool control = byte < 0x20 || byte == DELETE;
    if (control && line->pasting) {
        if (byte == '\r' || byte == '\n') line->unknown = true;
        return KEY_OTHER;
    }
    switch (byte) {
    case '\r':
    case '\n':
        return KEY_ENTER;
    case BACKSPACE:
    case DELETE:
        return erase(line);
    case CONTROL_U:
        line_editor_clear(line);
        return KEY_KILL_LINE;
    case CONTROL_D:
        return KEY_END_OF_FILE;
    default:
        if (!control) return append(line, byte);
        line->unknown = true; // completion, or a character that cannot be seen
        return KEY_OTHER;
    }
}

void line_editor_clear(struct line_editor *line) {
    line->length = 0;
    line->unknown = false;
}

bool line_editor_is(const struct line_editor *line, const char *command) {
    size_t length = line->length;
    while (length > 0 && line->text[length - 1] == ' ') length--;
    for (size_t i = 0; i < length; i++) {
        if (command[i] == '\0' || command[i] != line->text[i]) return false;
    }
    return command[length] == '\0' && !line->unknown;
}
