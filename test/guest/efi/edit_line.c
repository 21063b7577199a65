// Edits lines by the keys in standard input, UTF-8: l and r move, h and e go to the ends, b and d erase, w
// erases a word, c clears, u recalls, n finishes the line, and any other character is text. Prints each
// finished line, and what the one at the end is, with a bar for the cursor.

#include <stdio.h>

#include "engine/terminal/line.h"

static char text[LINE_UTF8_CAPACITY + 1];

static void finish(struct line *line) {
    line_finish(line, text);
    printf("%s\n", text);
}

static size_t edit(struct line *line, uint32_t character) {
    switch (character) {
    case 'l': return line_edit(line, LINE_LEFT, 0);
    case 'r': return line_edit(line, LINE_RIGHT, 0);
    case 'h': return line_edit(line, LINE_HOME, 0);
    case 'e': return line_edit(line, LINE_END, 0);
    case 'b': return line_edit(line, LINE_BACKSPACE, 0);
    case 'd': return line_edit(line, LINE_DELETE, 0);
    case 'w': return line_edit(line, LINE_ERASE_WORD, 0);
    case 'c': return line_edit(line, LINE_CLEAR, 0);
    case 'u': return line_edit(line, LINE_RECALL, 0);
    default: return line_edit(line, LINE_CHARACTER, character);
    }
}

int main(void) {
    static struct line line;
    struct utf8_decoder decoder = {0};
    int byte;
    while ((byte = getchar()) != EOF) {
        uint32_t characters[2];
        unsigned count = utf8_decode(&decoder, (uint8_t)byte, characters);
        for (unsigned i = 0; i < count; i++) {
            if (characters[i] == 'n') {
                finish(&line);
                continue;
            }
            size_t before = line.length, changed = edit(&line, characters[i]);
            size_t longer = before > line.length ? before : line.length;
            if (changed > longer || line.cursor > line.length || line.length > LINE_CAPACITY) return 1;
        }
    }
    for (size_t i = 0; i <= line.length; i++) {
        if (i == line.cursor) putchar('|');
        if (i < line.length) printf("%.*s", (int)utf8_encode(line.text[i], text), text);
    }
    if (line.is_cut) putchar('+');
    return 0;
}
