#include "engine/base/text.h"
#include "firmware/screen.h"
#include "firmware/terminal.h"
#include "line_view.h"
#include "shared/char_width.h"

// The firmware's screen scrolls, and tells where its cursor is: the row of a line's beginning is what is
// left of that by the cells before the cursor.
static size_t screen_row;

static unsigned screen_width(uint32_t character) {
    (void)character;
    return 1;
}

static void screen_show(uint32_t character, size_t cell) {
    screen_put(character);
    screen_flush();
    size_t rows = (cell + 1) / screen_columns(), row = screen_cursor().row;
    screen_row = row < rows ? 0 : row - rows;
}

static void screen_move(size_t from, size_t to) {
    size_t columns = screen_columns();
    struct screen_position position = {to % columns, screen_row + to / columns};
    (void)from;
    screen_move_cursor(position);
}

const struct line_device screen_device = {screen_columns, screen_width, screen_show, screen_move};

// The columns of a terminal are not known: it has no fewer.
static size_t terminal_columns(void) { return 80; }

// A terminal that is as wide stays behind its last column until more comes, and a wider one goes on: the
// next row is begun either way.
static void terminal_show(uint32_t character, size_t cell) {
    unsigned width = char_width(character);
    terminal_put(character);
    if (width > 0 && (cell + width) % terminal_columns() == 0) terminal_control("\r\n");
}

static void terminal_move(size_t from, size_t to) {
    size_t columns = terminal_columns(), from_row = from / columns, to_row = to / columns;
    char sequence[48];
    size_t rows = from_row < to_row ? to_row - from_row : from_row - to_row;
    terminal_control("\r");
    if (rows > 0) {
        text_format(sequence, sizeof sequence, "\x1b[%u%c", (unsigned)rows, from_row < to_row ? 'B' : 'A');
        terminal_control(sequence);
    }
    if (to % columns > 0) {
        text_format(sequence, sizeof sequence, "\x1b[%uC", (unsigned)(to % columns));
        terminal_control(sequence);
    }
}

const struct line_device terminal_device = {terminal_columns, char_width, terminal_show, terminal_move};
