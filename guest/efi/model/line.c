#include "line.h"

#include "text.h"
#include "utf8.h"

static size_t insert(struct line *line, uint16_t character) {
    if (line->length == LINE_CAPACITY) return line->length;
    uint16_t *at = line->text + line->cursor;
    memmove(at + 1, at, (line->length - line->cursor) * sizeof *at);
    *at = character;
    line->length++;
    return line->cursor++;
}

static size_t delete(struct line *line) {
    if (line->cursor == line->length) return line->length;
    uint16_t *at = line->text + line->cursor;
    line->length--;
    memmove(at, at + 1, (line->length - line->cursor) * sizeof *at);
    return line->cursor;
}

static size_t replace(struct line *line, const uint16_t *text, size_t length) {
    memcpy(line->text, text, length * sizeof *text);
    line->length = line->cursor = length;
    return 0;
}

size_t line_edit(struct line *line, enum line_key key, uint16_t character) {
    switch (key) {
    case LINE_CHARACTER:
        return insert(line, character);
    case LINE_BACKSPACE:
        if (line->cursor == 0) return line->length;
        line->cursor--;
        return delete(line);
    case LINE_DELETE:
        return delete(line);
    case LINE_LEFT:
        if (line->cursor > 0) line->cursor--;
        break;
    case LINE_RIGHT:
        if (line->cursor < line->length) line->cursor++;
        break;
    case LINE_HOME:
        line->cursor = 0;
        break;
    case LINE_END:
        line->cursor = line->length;
        break;
    case LINE_CLEAR:
        return replace(line, line->text, 0);
    case LINE_RECALL:
        return replace(line, line->recalled, line->recalled_length);
    }
    return line->length;
}

size_t line_finish(struct line *line, char text[LINE_UTF8_CAPACITY + 1]) {
    size_t bytes = 0;
    for (size_t i = 0; i < line->length; i++) {
        uint16_t character = line->text[i];
        bool surrogate = character >= 0xd800 && character <= 0xdfff; // UCS-2 has none
        bytes += utf8_encode(surrogate ? UTF8_REPLACEMENT : character, text + bytes);
    }
    text[bytes] = '\0';
    if (line->length > 0) {
        memcpy(line->recalled, line->text, line->length * sizeof line->text[0]);
        line->recalled_length = line->length;
    }
    line->length = line->cursor = 0;
    return bytes;
}
