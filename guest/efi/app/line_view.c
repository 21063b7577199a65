#include "line_view.h"

// What the end of a line in a paste, and a tabulator, are shown as.
static uint32_t shown(uint32_t character) { return character < ' ' ? ' ' : character; }

// Where a character goes that follows `cell`: a wide one does not stand in two rows.
static size_t place(const struct line_view *view, size_t cell, unsigned width) {
    size_t columns = view->device->columns();
    return width == 2 && cell % columns == columns - 1 ? cell + 1 : cell;
}

// Behind the character before `index`.
static size_t cell_behind(const struct line_view *view, const struct line *line, size_t index) {
    size_t cell = view->origin;
    for (size_t i = 0; i < index; i++) {
        unsigned width = view->device->width(shown(line->text[i]));
        cell = place(view, cell, width) + width;
    }
    return cell;
}

// The cursor stands where the next character will.
static size_t cursor_cell(const struct line_view *view, const struct line *line) {
    size_t cell = cell_behind(view, line, line->cursor);
    if (line->cursor == line->length) return cell;
    return place(view, cell, view->device->width(shown(line->text[line->cursor])));
}

static void move_to(struct line_view *view, size_t cell) {
    if (view->cell != cell) view->device->move(view->cell, cell);
    view->cell = cell;
}

static void put(struct line_view *view, uint32_t character) {
    unsigned width = view->device->width(character);
    size_t cell = place(view, view->cell, width);
    while (view->cell < cell) put(view, ' ');
    view->device->put(character, cell);
    view->cell += width;
}

void line_view_begin(struct line_view *view, const struct line_device *device, size_t prompt_length) {
    *view = (struct line_view){device, prompt_length, prompt_length, prompt_length};
}

void line_view_update(struct line_view *view, const struct line *line, size_t index) {
    // A combining mark is shown with what it combines with.
    while (index > 0 && index < line->length && view->device->width(line->text[index]) == 0) index--;
    size_t end = cell_behind(view, line, line->length);
    if (index < line->length || end < view->end) {
        // What a wide character leaves free at the end of a row is blanked, too.
        move_to(view, cell_behind(view, line, index));
        for (size_t i = index; i < line->length; i++) put(view, shown(line->text[i]));
        while (view->cell < view->end) put(view, ' ');
    }
    view->end = end;
    move_to(view, cursor_cell(view, line));
}

void line_view_finish(struct line_view *view) { move_to(view, view->end); }
