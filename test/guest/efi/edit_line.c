// Edits lines by the keys in standard input: l and r move, h and e go to the ends, b and d erase, c clears,
// u recalls, n finishes the line, and any other byte is a character. Prints each finished line, and what
// the one at the end is, with a bar for the cursor.

#include <stdio.h>

#include "model/line.h"

static void finish(struct line *line) {
    char text[LINE_UTF8_CAPACITY + 1];
    line_finish(line, text);
    printf("%s\n", text);
}

int main(void) {
    static struct line line;
    int key;
    while ((key = getchar()) != EOF) {
        size_t before = line.length, changed;
        switch (key) {
        case 'l': changed = line_edit(&line, LINE_LEFT, 0); break;
        case 'r': changed = line_edit(&line, LINE_RIGHT, 0); break;
        case 'h': changed = line_edit(&line, LINE_HOME, 0); break;
        case 'e': changed = line_edit(&line, LINE_END, 0); break;
        case 'b': changed = line_edit(&line, LINE_BACKSPACE, 0); break;
        case 'd': changed = line_edit(&line, LINE_DELETE, 0); break;
        case 'c': changed = line_edit(&line, LINE_CLEAR, 0); break;
        case 'u': changed = line_edit(&line, LINE_RECALL, 0); break;
        case 'n': finish(&line); continue;
        default: changed = line_edit(&line, LINE_CHARACTER, (uint16_t)key); break;
        }
        size_t longer = before > line.length ? before : line.length;
        if (changed > longer || line.cursor > line.length || line.length > LINE_CAPACITY) return 1;
    }
    for (size_t i = 0; i <= line.length; i++) {
        if (i == line.cursor) putchar('|');
        if (i < line.length) putchar(line.text[i]);
    }
    return 0;
}
