#include "engine/terminal/line.h"

#include "engine/base/text.h"
#include "shared/char_width.h"

static size_t insert(struct line *line, uint32_t character) {
    if (line->length == 0) line->is_cut = false;
    if (line->length == LINE_CAPACITY) {
        line->is_cut = true;
        return line->length;
    }
    uint32_t *at = line->text + line->cursor;
    memmove(at + 1, at, (line->length - line->cursor) * sizeof *at);
    *at = character;
    line->length++;
    return line->cursor++;
}

// A combining mark belongs to the character before it.
static size_t start_before(const struct line *line, size_t index) {
    while (index > 0 && char_width(line->text[--index]) == 0) continue;
    return index;
}

static size_t end_after(const struct line *line, size_t index) {
    if (index < line->length) index++;
    while (index < line->length && char_width(line->text[index]) == 0) index++;
    return index;
}

static size_t erase(struct line *line, size_t start, size_t end) {
    memmove(line->text + start, line->text + end, (line->length - end) * sizeof line->text[0]);
    line->length -= end - start;
    line->cursor = start;
    return start;
}

static size_t erase_word(struct line *line) {
    size_t start = line->cursor;
    while (start > 0 && line->text[start - 1] == ' ') start--;
    while (start > 0 && line->text[start - 1] != ' ') start--;
    return erase(line, start, line->cursor);
}

static size_t replace(struct line *line, const uint32_t *text, size_t length) {
    memcpy(line->text, text, length * sizeof *text);
    line->length = line->cursor = length;
    line->is_cut = false;
    return 0;
}

size_t line_edit(struct line *line, enum line_key key, uint32_t character) {
    switch (key) {
    case LINE_CHARACTER: return insert(line, character);
    case LINE_BACKSPACE: return erase(line, start_before(line, line->cursor), line->cursor);
    case LINE_DELETE: return erase(line, line->cursor, end_after(line, line->cursor));
    case LINE_ERASE_WORD: return erase_word(line);
    case LINE_LEFT: line->cursor = start_before(line, line->cursor); break;
    case LINE_RIGHT: line->cursor = end_after(line, line->cursor); break;
    case LINE_HOME: line->cursor = 0; break;
    case LINE_END: line->cursor = line->length; break;
    case LINE_CLEAR: return replace(line, line->text, 0);
    case LINE_RECALL: return replace(line, line->recalled, line->recalled_length);
    }
    return line->length;
}

size_t line_finish(struct line *line, char text[LINE_UTF8_CAPACITY + 1]) {
    size_t bytes = 0;
    for (size_t i = 0; i < line->length; i++) {
        uint32_t character = line->text[i];
        bool surrogate = character >= 0xd800 && character <= 0xdfff; // a keyboard's driver may give one
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
