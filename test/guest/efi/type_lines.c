// type_lines ROWS COLUMNS [MS]: types standard input, a key a byte, into lines on a console of this size,
// and prints each as it is entered, "interrupted" where that is how it ends, and, at the end of the input,
// what the console shows, with a bar for the cursor. With MS, each line follows a text that a key has
// stopped, and each key comes so many milliseconds after the one before.

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/line_input.h"
#include "firmware/clock.h"
#include "firmware/console.h"
#include "firmware/screen.h"
#include "firmware/terminal.h"

enum { MAX_CELLS = 4096 };

static size_t rows, columns;
static char cells[MAX_CELLS];
static struct screen_position cursor;
static jmp_buf end_of_input;
static uint64_t now_ms, key_ms;

uint64_t clock_ticks(void) { return now_ms; }
double clock_seconds(uint64_t ticks) { return (double)ticks / 1000; }

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

void console_print(const char *format, ...) {
    char text[64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (const char *c = text; *c != '\0'; c++) put(*c);
}

void console_wait_for_key(struct key *key) {
    int byte = getchar();
    now_ms += key_ms;
    if (byte == EOF) longjmp(end_of_input, 1);
    *key = (struct key){KEY_CHARACTER, (uint32_t)byte, false};
}

void screen_put(uint32_t character) { put((char)character); }

void screen_flush(void) {}

struct screen_position screen_cursor(void) {
    return cursor;
}

void screen_move_cursor(struct screen_position position) {
    if (position.row >= rows || position.column >= columns) abort();
    cursor = position;
}

size_t screen_columns(void) { return columns; }

// There is no terminal.
void terminal_put(uint32_t character) { (void)character; }
void terminal_control(const char *sequence) { (void)sequence; }

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
    if (argc != 3 && argc != 4) return 2;
    rows = strtoul(argv[1], NULL, 10);
    columns = strtoul(argv[2], NULL, 10);
    if (rows == 0 || columns == 0 || rows > MAX_CELLS / columns) return 2;
    key_ms = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
    memset(cells, ' ', sizeof cells);
    if (setjmp(end_of_input) == 0) {
        for (;;)
            puts(line_input(&line, "> ", argc == 4 ? LINE_INPUT_AFTER_STOP : 0, text) ? text
                                                                                      : "interrupted");
    }
    show_screen();
    return 0;
}
