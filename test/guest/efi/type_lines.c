// type_lines ROWS COLUMNS: types standard input, a key a byte, into lines on a console of this size, and
// prints each as it is entered, "interrupted" where that is how it ends, and, at the end of the input, what
// the console shows, with a bar for the cursor.

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/line_input.h"
#include "firmware/console.h"

enum { MAX_CELLS = 4096 };

static size_t rows, columns;
static char cells[MAX_CELLS];
static struct console_position cursor;
static jmp_buf end_of_input;

static void feed_line(void) {
    if (++cursor.row < rows) return;
    memmove(cells, cells + columns, (rows - 1) * columns);
    memset(cells + (rows - 1) * columns, ' ', columns);
    cursor.row--;
}

static void put(char character) {
    if (character == '\n') {
        cursor.column = 0;
        feed_line();
        return;
    }
    cells[cursor.row * columns + cursor.column] = character;
    if (++cursor.column < columns) return;
    cursor.column = 0;
    feed_line();
}

void console_write(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) put(text[i]);
}

void console_print(const char *format, ...) { console_write(format, strlen(format)); }

void console_put(CHAR16 character) { put((char)character); }

void console_wait_for_key(EFI_INPUT_KEY *key) {
    int byte = getchar();
    if (byte == EOF) longjmp(end_of_input, 1);
    *key = (EFI_INPUT_KEY){.UnicodeChar = (CHAR16)byte};
}

struct console_position console_cursor(void) { return cursor; }

void console_move_cursor(struct console_position position) {
    if (position.row >= rows || position.column >= columns) abort();
    cursor = position;
}

size_t console_columns(void) { return columns; }

static void show_screen(void) {
    for (size_t row = 0; row < rows; row++) {
        for (size_t column = 0; column < columns; column++) {
            if (row == cursor.row && column == cursor.column) putchar('|');
            putchar(cells[row * columns + column]);
        }
        putchar('\n');
    }
}

int main(int argc, char **argv) {
    static struct line line;
    static char text[LINE_UTF8_CAPACITY + 1];
    if (argc != 3) return 2;
    rows = strtoul(argv[1], NULL, 10);
    columns = strtoul(argv[2], NULL, 10);
    if (rows == 0 || columns == 0 || rows > MAX_CELLS / columns) return 2;
    memset(cells, ' ', sizeof cells);
    if (setjmp(end_of_input) == 0) {
        for (;;) puts(line_input(&line, "> ", text) ? text : "interrupted");
    }
    show_screen();
    return 0;
}
