#include "line_view.h"

#include "shared/char_width.h"
#include "text/text.h"

// What stands under the prompt in further lines.
#define LINE_INDENT "  "

enum { PROMPT_COLUMNS = sizeof LINE_PROMPT - 1, TAB_COLUMNS = 8 };
_Static_assert(sizeof LINE_INDENT == sizeof LINE_PROMPT, "lines stand under each other");

static void put(struct line_view *view, const char *text) {
    view->put(view->context, text, text_length(text));
}

// A control sequence with one number; none when it is 0.
static void put_move(struct line_view *view, size_t count, char final) {
    char sequence[32];
    if (count == 0) return;
    size_t length = text_format(sequence, sizeof sequence, "\x1b[%lu", (unsigned long)count);
    sequence[length] = final;
    view->put(view->context, sequence, length + 1);
}

// Where the cursor is behind a character that is put at `at`. Rows but the first of each line begin at the
// left edge, and behind a line break under the text of the first. In the last column the cursor waits:
// only the next character goes to the next row, and a wide one does so if just one column is left.
static struct position behind(const struct line_view *view, struct position at, uint32_t character) {
    if (character == '\n') return (struct position){at.row + 1, PROMPT_COLUMNS};
    unsigned width = character == '\t' ? TAB_COLUMNS - at.column % TAB_COLUMNS : char_width(character);
    if (character == '\t' && at.column < view->columns && at.column + width > view->columns) {
        width = view->columns - at.column;
    }
    if (at.column + width > view->columns) return (struct position){at.row + 1, width};
    return (struct position){at.row, at.column + width};
}

// The place where a cursor that waits in the last column will be.
static struct position settled(const struct line_view *view, struct position at) {
    return at.column < view->columns ? at : (struct position){at.row + 1, 0};
}

static struct position start(void) { return (struct position){0, PROMPT_COLUMNS}; }

static struct position advance(const struct line_view *view, const char *text, size_t from, size_t to,
                               struct position at) {
    while (from < to) at = behind(view, at, utf8_next(text, &from));
    return at;
}

static void put_tab(struct line_view *view, struct position from, struct position to) {
    static const char blanks[TAB_COLUMNS + 1] = "        ";
    size_t count = to.row == from.row ? to.column - from.column : to.column;
    view->put(view->context, blanks, count);
}

// Draws the text from `*from` at `at`, up to `to` or to the end of row `last_row`.
static struct position put_text(struct line_view *view, const char *text, size_t *from, size_t to,
                                struct position at, size_t last_row) {
    size_t done = *from, next = *from;
    while (next < to) {
        size_t here = next;
        uint32_t character = utf8_next(text, &next);
        struct position then = behind(view, at, character);
        if (then.row > last_row) {
            next = here;
            break;
        }
        if (character == '\n' || character == '\t') {
            view->put(view->context, text + done, here - done);
            if (character == '\n') put(view, "\r\n" LINE_INDENT);
            else put_tab(view, at, then);
            done = next;
        }
        at = then;
    }
    view->put(view->context, text + done, next - done);
    *from = next;
    return at;
}

void line_view_begin(struct line_view *view) {
    view->shown = view->top = 0;
    view->cursor = view->end = start();
}

static bool same(struct position a, struct position b) { return a.row == b.row && a.column == b.column; }

static size_t height(const struct line_view *view) { return view->rows > 0 ? view->rows : 1; }

// Behind a full row, goes on to the next: a cursor that waits would be a row above where it seems.
static struct position settle(struct line_view *view, struct position at) {
    if (at.column == view->columns) put(view, " \r");
    return settled(view, at);
}

static void put_more(struct line_view *view, struct line_editor *line) {
    size_t from = view->shown;
    struct position at = view->end;
    // Behind a full row the cursor has gone on already (see settle): a line break leads to the same row.
    if (at.column == 0 && from < line->length && line->text[from] == '\n') {
        put(view, LINE_INDENT);
        at.column = PROMPT_COLUMNS;
        from++;
    }
    at = put_text(view, line->text, &from, line->length, at, (size_t)-1);
    view->cursor = view->end = settle(view, at);
    if (view->end.row >= view->top + height(view)) view->top = view->end.row - height(view) + 1;
}

// The rows that are in sight: those that were, moved no more than the cursor's row and the end ask for.
static size_t choose_top(const struct line_view *view, size_t cursor_row, size_t end_row) {
    size_t rows = height(view), top = view->top;
    if (top + rows > end_row + 1) top = end_row + 1 > rows ? end_row + 1 - rows : 0;
    if (cursor_row < top) top = cursor_row;
    if (cursor_row >= top + rows) top = cursor_row - rows + 1;
    return top;
}

// Where row `row` begins in the text, which has that row.
static size_t find_row(const struct line_view *view, const struct line_editor *line, size_t row,
                       struct position *at) {
    size_t from = 0;
    *at = start();
    while (at->row < row && from < line->length) {
        size_t next = from;
        struct position then = behind(view, *at, utf8_next(line->text, &next));
        // A soft wrap begins with this character itself, a line's break comes before the row.
        if (then.row == row && line->text[from] != '\n') {
            *at = (struct position){row, 0};
            return from;
        }
        *at = then;
        from = next;
    }
    return from;
}

static void put_all(struct line_view *view, struct line_editor *line, struct position cursor,
                    struct position end) {
    put(view, "\r");
    put_move(view, view->cursor.row - view->top, 'A');
    put(view, "\x1b[J");
    view->top = choose_top(view, cursor.row, end.row);
    struct position at = start();
    size_t from = 0;
    if (view->top == 0) {
        put(view, LINE_PROMPT);
    } else {
        from = find_row(view, line, view->top, &at);
        if (at.column == PROMPT_COLUMNS) put(view, "  ");
    }
    size_t last_row = view->top + height(view) - 1;
    at = put_text(view, line->text, &from, line->length, at, last_row);
    if (from == line->length && settled(view, at).row <= last_row) at = settle(view, at);
    put_move(view, at.row > cursor.row ? at.row - cursor.row : 0, 'A');
    put(view, "\r");
    put_move(view, cursor.column, 'C');
    view->cursor = cursor;
    view->end = end;
}

// Without control sequences only the end can change: what is there no more is rubbed out.
static void put_plain(struct line_view *view, struct line_editor *line) {
    size_t from = line->changed_from < view->shown ? line->changed_from : view->shown;
    struct line_view endless = *view;
    endless.columns = (unsigned)-1 / 2;
    struct position kept = advance(&endless, line->text, 0, from, start());
    if (kept.row == view->end.row) {
        for (unsigned i = kept.column; i < view->end.column; i++) put(view, "\b \b");
    } else if (kept.row < view->end.row) {
        put(view, "\r\n" LINE_PROMPT);
        from = 0;
        kept = start();
    }
    endless.end = put_text(&endless, line->text, &from, line->length, kept, (size_t)-1);
    view->cursor = view->end = endless.end;
}

void line_view_draw(struct line_view *view, struct line_editor *line) {
    if (view->plain) {
        line->cursor = line->length;
        put_plain(view, line);
    } else if (line->cursor == line->length && line->changed_from >= view->shown &&
               same(view->cursor, view->end)) {
        put_more(view, line);
    } else {
        struct position cursor = advance(view, line->text, 0, line->cursor, start());
        struct position end = advance(view, line->text, line->cursor, line->length, cursor);
        put_all(view, line, settled(view, cursor), settled(view, end));
    }
    view->shown = line->changed_from = line->length;
}

void line_view_leave(struct line_view *view, struct line_editor *line) {
    line->cursor = line->length;
    line_view_draw(view, line);
    put(view, "\r\n");
}

void line_view_resize(struct line_view *view, struct line_editor *line, unsigned rows, unsigned columns) {
    bool wraps_anew = columns != view->columns;
    view->rows = rows;
    view->columns = columns;
    if (view->plain || !wraps_anew) return;
    // The terminal has wrapped its rows anew.
    view->cursor = settled(view, advance(view, line->text, 0, line->cursor, start()));
    view->top = view->cursor.row < height(view) ? 0 : view->cursor.row - height(view) + 1;
    line->changed_from = 0;
    view->shown = (size_t)-1;
    line_view_draw(view, line);
}

void line_view_clear_screen(struct line_view *view, struct line_editor *line) {
    if (view->plain) return;
    put(view, "\x1b[H\x1b[2J");
    view->top = view->cursor.row = 0;
    line->changed_from = 0;
    view->shown = (size_t)-1;
    line_view_draw(view, line);
}
