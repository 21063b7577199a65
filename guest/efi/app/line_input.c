#include "line_input.h"

#include "firmware/console.h"
#include "model/text.h"

// Where the line starts on the screen, and how many of its characters are shown.
struct view {
    struct console_position origin;
    size_t shown;
};

static void move_to(const struct view *view, size_t index) {
    size_t columns = console_columns(), at = view->origin.column + index;
    struct console_position now = console_cursor();
    struct console_position there = {at % columns, view->origin.row + at / columns};
    if (now.column != there.column || now.row != there.row) console_move_cursor(there);
}

// Shows the line anew from `index` on, and blanks where it was longer. If the screen scrolled meanwhile,
// the line starts higher.
static void redraw(struct view *view, const struct line *line, size_t index) {
    if (index > view->shown) index = view->shown;
    move_to(view, index);
    for (size_t i = index; i < line->length; i++) console_put(line->text[i]);
    for (size_t i = line->length; i < view->shown; i++) console_put(' ');
    size_t end = line->length > view->shown ? line->length : view->shown;
    size_t expected = view->origin.row + (view->origin.column + end) / console_columns();
    size_t actual = console_cursor().row;
    if (actual < expected && expected - actual <= view->origin.row) {
        view->origin.row -= expected - actual;
    }
    view->shown = line->length;
    move_to(view, line->cursor);
}

// Terminals send 7f for their backspace key, and the firmware takes that for the delete key. At the end
// of the line, where there is nothing to delete, it is one.
static enum line_key delete_key(const struct line *line) {
    return line->cursor == line->length ? LINE_BACKSPACE : LINE_DELETE;
}

static bool line_key_of(const struct line *line, const EFI_INPUT_KEY *key, enum line_key *edit) {
    enum { BACKSPACE = 0x08, RUBOUT = 0x7f };
    switch (key->UnicodeChar) {
    case 0:
        break;
    case BACKSPACE:
    case RUBOUT:
        *edit = LINE_BACKSPACE;
        return true;
    case CONTROL_A:
        *edit = LINE_HOME;
        return true;
    case CONTROL_E:
        *edit = LINE_END;
        return true;
    case CONTROL_C:
    case CONTROL_U:
        *edit = LINE_CLEAR;
        return true;
    default:
        *edit = LINE_CHARACTER;
        return key->UnicodeChar >= ' ';
    }
    switch (key->ScanCode) {
    case SCAN_LEFT: *edit = LINE_LEFT; return true;
    case SCAN_RIGHT: *edit = LINE_RIGHT; return true;
    case SCAN_HOME: *edit = LINE_HOME; return true;
    case SCAN_END: *edit = LINE_END; return true;
    case SCAN_DELETE: *edit = delete_key(line); return true;
    case SCAN_UP: *edit = LINE_RECALL; return true;
    default: return false;
    }
}

bool line_input(struct line *line, const char *prompt, char text[LINE_UTF8_CAPACITY + 1]) {
    console_write(prompt, text_length(prompt));
    struct view view = {console_cursor(), 0};
    for (;;) {
        EFI_INPUT_KEY key;
        enum line_key edit;
        console_wait_for_key(&key);
        if (key.UnicodeChar == '\r' || key.UnicodeChar == '\n') break;
        if (key.UnicodeChar == CONTROL_C && line->length == 0) {
            console_print("\n");
            return false;
        }
        if (!line_key_of(line, &key, &edit)) continue;
        redraw(&view, line, line_edit(line, edit, key.UnicodeChar));
    }
    move_to(&view, line->length);
    console_print("\n");
    line_finish(line, text);
    return true;
}
