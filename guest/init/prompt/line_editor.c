#include "line_editor.h"

#include "shared/char_width.h"
#include "text/text.h"

enum { ZERO_WIDTH_JOINER = 0x200d };

static bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n'; }

// Half of a flag: each pair of these letters is shown as one.
static bool is_regional_indicator(uint32_t character) {
    return character >= 0x1f1e6 && character <= 0x1f1ff;
}

// Whether, among regional indicators, one that begins at `at` is the second of its pair.
static bool is_second_of_pair(const char *text, size_t at) {
    bool second = false;
    while (at > 0 && is_regional_indicator(utf8_previous(text, &at))) second = !second;
    return second;
}

// Whether the character at `at` is shown as one with the one before it.
static bool is_joined(const char *text, size_t at) {
    size_t next = at, before = at;
    uint32_t character = utf8_next(text, &next);
    uint32_t previous = utf8_previous(text, &before);
    if (previous == '\n' || previous == '\t') return false;
    if (char_extends(character) || previous == ZERO_WIDTH_JOINER) return true;
    return is_regional_indicator(character) && is_second_of_pair(text, at);
}

static size_t left_of(const struct line_editor *line, size_t at) {
    if (at == 0) return 0;
    do {
        utf8_previous(line->text, &at);
    } while (at > 0 && is_joined(line->text, at));
    return at;
}

static size_t right_of(const struct line_editor *line, size_t at) {
    if (at == line->length) return at;
    do {
        utf8_next(line->text, &at);
    } while (at < line->length && is_joined(line->text, at));
    return at;
}

static size_t word_left(const struct line_editor *line) {
    size_t at = line->cursor;
    while (at > 0 && is_blank(line->text[at - 1])) at--;
    while (at > 0 && !is_blank(line->text[at - 1])) at--;
    return at;
}

static size_t word_right(const struct line_editor *line) {
    size_t at = line->cursor;
    while (at < line->length && is_blank(line->text[at])) at++;
    while (at < line->length && !is_blank(line->text[at])) at++;
    return at;
}

static size_t line_start(const struct line_editor *line) {
    size_t at = line->cursor;
    while (at > 0 && line->text[at - 1] != '\n') at--;
    return at;
}

static size_t line_end(const struct line_editor *line) {
    size_t at = line->cursor;
    while (at < line->length && line->text[at] != '\n') at++;
    return at;
}

static void changed(struct line_editor *line, size_t from) {
    if (from < line->changed_from) line->changed_from = from;
}

static void insert(struct line_editor *line, const char *bytes, size_t size) {
    if (size > sizeof line->text - line->length) {
        line->too_long = true;
        return;
    }
    char *at = line->text + line->cursor;
    memmove(at + size, at, line->length - line->cursor);
    memcpy(at, bytes, size);
    changed(line, line->cursor);
    line->length += size;
    line->cursor += size;
}

static void insert_character(struct line_editor *line, uint32_t character) {
    char bytes[UTF8_BYTES_MAX];
    if (character != 0) insert(line, bytes, utf8_encode(character, bytes));
}

static void erase(struct line_editor *line, size_t from, size_t to) {
    memmove(line->text + from, line->text + to, line->length - to);
    line->length -= to - from;
    line->cursor = from;
    changed(line, from);
}

static void replace(struct line_editor *line, const char *text, size_t length) {
    memcpy(line->text, text, length);
    line->length = line->cursor = length;
    line->changed_from = 0;
    line->too_long = false;
}

static void recall(struct line_editor *line, size_t at) {
    if (line->recalled == line->history_length) {
        if (line->length > sizeof line->draft) return;
        memcpy(line->draft, line->text, line->length);
        line->draft_length = line->length;
    }
    line->recalled = at;
    if (at == line->history_length) {
        replace(line, line->draft, line->draft_length);
    } else {
        replace(line, line->history + at, text_length(line->history + at));
    }
}

static void recall_earlier(struct line_editor *line) {
    size_t at = line->recalled;
    if (at == 0) return;
    for (at--; at > 0 && line->history[at - 1] != '\0';) at--;
    recall(line, at);
}

static void recall_later(struct line_editor *line) {
    size_t at = line->recalled;
    if (at < line->history_length) recall(line, at + text_length(line->history + at) + 1);
}

void line_editor_key(struct line_editor *line, const struct key *key) {
    size_t cursor = line->cursor;
    switch (key->kind) {
    case KEY_CHARACTER: insert_character(line, key->character); break;
    case KEY_LINE_BREAK: insert(line, "\n", 1); break;
    case KEY_BACKSPACE: erase(line, left_of(line, cursor), cursor); break;
    case KEY_DELETE: erase(line, cursor, right_of(line, cursor)); break;
    case KEY_LEFT: line->cursor = left_of(line, cursor); break;
    case KEY_RIGHT: line->cursor = right_of(line, cursor); break;
    case KEY_WORD_LEFT: line->cursor = word_left(line); break;
    case KEY_WORD_RIGHT: line->cursor = word_right(line); break;
    case KEY_HOME: line->cursor = line_start(line); break;
    case KEY_END: line->cursor = line_end(line); break;
    case KEY_EARLIER: recall_earlier(line); break;
    case KEY_LATER: recall_later(line); break;
    case KEY_ERASE_TO_START: erase(line, line_start(line), cursor); break;
    case KEY_ERASE_TO_END: erase(line, cursor, line_end(line)); break;
    case KEY_ERASE_WORD: erase(line, word_left(line), cursor); break;
    default: break;
    }
}

void line_editor_clear(struct line_editor *line) {
    line->length = line->cursor = line->changed_from = 0;
    line->too_long = false;
    line->recalled = line->history_length;
}

void line_editor_remember(struct line_editor *line) {
    size_t size = line->length + 1;
    if (line->length == 0 || size > sizeof line->history / 2) return;
    size_t last = line->history_length >= size ? line->history_length - size : 0;
    bool begins_there = line->history_length >= size && (last == 0 || line->history[last - 1] == '\0');
    bool repeated = begins_there;
    for (size_t i = 0; repeated && i < line->length; i++)
        repeated = line->history[last + i] == line->text[i];
    if (repeated) return;
    while (size > sizeof line->history - line->history_length) {
        size_t oldest = text_length(line->history) + 1;
        line->history_length -= oldest;
        memmove(line->history, line->history + oldest, line->history_length);
    }
    memcpy(line->history + line->history_length, line->text, line->length);
    line->history[line->history_length + line->length] = '\0';
    line->history_length += size;
    line->recalled = line->history_length;
}

bool line_editor_continue(struct line_editor *line) {
    if (line->length == 0 || line->text[line->length - 1] != '\\') return false;
    line->text[line->length - 1] = '\n';
    line->cursor = line->length;
    changed(line, line->length - 1);
    return true;
}

static bool is_command(const char *text, size_t length, const char *command) {
    while (length > 0 && text[length - 1] == ' ') length--;
    for (size_t i = 0; i < length; i++) {
        if (command[i] == '\0' || command[i] != text[i]) return false;
    }
    return command[length] == '\0';
}

bool line_editor_is(const struct line_editor *line, const char *command) {
    return is_command(line->text, line->length, command);
}

bool line_editor_ends_with_line(const struct line_editor *line, const char *command) {
    if (line->length == 0 || line->text[line->length - 1] != '\n') return false;
    size_t end = line->length - 1, start = end;
    while (start > 0 && line->text[start - 1] != '\n') start--;
    return is_command(line->text + start, end - start, command);
}
