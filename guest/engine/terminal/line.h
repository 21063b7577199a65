// A line of text that is being typed, and the cursor in it. The characters are Unicode's; a line feed among
// them came in a paste.
#ifndef ZOSIA_LINE_H
#define ZOSIA_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/utf8.h"

enum { LINE_CAPACITY = 8192, LINE_UTF8_CAPACITY = UTF8_BYTES_MAX * LINE_CAPACITY };

enum line_key {
    LINE_CHARACTER,
    LINE_BACKSPACE,
    LINE_DELETE,
    LINE_LEFT,
    LINE_RIGHT,
    LINE_HOME,
    LINE_END,
    LINE_CLEAR,
    LINE_ERASE_WORD, // the word before the cursor, and the blanks behind it
    LINE_RECALL, // the line before, in place of this one
};

struct line {
    uint32_t text[LINE_CAPACITY];
    size_t length;
    size_t cursor; // 0 up to length
    bool is_cut; // characters have been left out, as there was no room for them
    uint32_t recalled[LINE_CAPACITY];
    size_t recalled_length;
};

// Returns the index from which on the text has changed: the length if only the cursor has moved, or
// nothing at all has happened.
size_t line_edit(struct line *line, enum line_key key, uint32_t character);

// Writes the line as UTF-8 and a NUL, makes it the one to be recalled, unless it is empty, and starts
// an empty one. Returns the number of bytes.
size_t line_finish(struct line *line, char text[LINE_UTF8_CAPACITY + 1]);

#endif
