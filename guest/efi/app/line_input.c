#include "line_input.h"

#include "engine/base/text.h"
#include "firmware/clock.h"
#include "firmware/console.h"
#include "firmware/terminal.h"
#include "line_view.h"

enum { BACKSPACE = 0x08, TABULATOR = 0x09, RUBOUT = 0x7f };

// The firmware takes 7f, which terminals send for their backspace key, for the delete key. At the end of
// the line, where there is nothing to delete, it is one.
static enum line_key delete_key(const struct line *line) {
    return line->cursor == line->length ? LINE_BACKSPACE : LINE_DELETE;
}

static bool edit_of_character(const struct key *key, enum line_key *edit) {
    bool control = key->character < ' ' && key->character != TABULATOR;
    *edit = LINE_CHARACTER;
    if (key->pasted) return !control || key->character == '\n';
    switch (key->character) {
    case BACKSPACE:
    case RUBOUT: *edit = LINE_BACKSPACE; return true;
    case CONTROL_A: *edit = LINE_HOME; return true;
    case CONTROL_E: *edit = LINE_END; return true;
    case CONTROL_C:
    case CONTROL_U: *edit = LINE_CLEAR; return true;
    case CONTROL_W: *edit = LINE_ERASE_WORD; return true;
    default: return !control && !(key->character > RUBOUT && key->character < 0xa0);
    }
}

static bool edit_of(const struct line *line, const struct key *key, enum line_key *edit) {
    switch (key->code) {
    case KEY_CHARACTER: return edit_of_character(key, edit);
    case KEY_LEFT: *edit = LINE_LEFT; return true;
    case KEY_RIGHT: *edit = LINE_RIGHT; return true;
    case KEY_HOME: *edit = LINE_HOME; return true;
    case KEY_END: *edit = LINE_END; return true;
    case KEY_DELETE: *edit = delete_key(line); return true;
    case KEY_UP: *edit = LINE_RECALL; return true;
    default: return false;
    }
}

// A terminal ends the lines of a paste as its Enter key does.
static void as_text(struct key *key) {
    if (key->pasted && key->character == '\r') key->character = '\n';
}

static bool is_enter(const struct key *key) {
    return key->code == KEY_CHARACTER && !key->pasted && (key->character == '\r' || key->character == '\n');
}

static bool is_escape(const struct line *line, const struct key *key) {
    return key->code == KEY_ESCAPE && line->length == 0;
}

static bool is_end(const struct line *line, const struct key *key) {
    return key->code == KEY_CHARACTER && !key->pasted && line->length == 0 &&
           (key->character == CONTROL_C || key->character == CONTROL_D);
}

// Of a key that is pressed several times, or held down, the last ones may come when the text has stopped.
static bool is_repeated_stop(const struct key *key, uint64_t start) {
    static const double REPEAT_SECONDS = 1;
    return key->character == CONTROL_C && clock_seconds(clock_ticks() - start) < REPEAT_SECONDS;
}

bool line_input(struct line *line, const char *prompt, unsigned manner, char text[LINE_UTF8_CAPACITY + 1]) {
    uint64_t start = clock_ticks();
    struct line_view views[2];
    size_t prompt_length = text_length(prompt);
    console_print("%s", prompt);
    terminal_control(TERMINAL_PASTE_ON);
    line_view_begin(&views[0], &screen_device, prompt_length);
    line_view_begin(&views[1], &terminal_device, prompt_length);
    bool entered;
    for (;;) {
        struct key key;
        enum line_key edit;
        console_wait_for_key(&key);
        as_text(&key);
        entered = is_enter(&key);
        if (entered) break;
        if (is_end(line, &key)) {
            if ((manner & LINE_INPUT_AFTER_STOP) != 0 && is_repeated_stop(&key, start)) continue;
            break;
        }
        if ((manner & LINE_INPUT_ESCAPE_ENDS) != 0 && is_escape(line, &key)) break;
        if (!edit_of(line, &key, &edit)) continue;
        size_t index = line_edit(line, edit, key.character);
        for (int i = 0; i < 2; i++) line_view_update(&views[i], line, index);
    }
    for (int i = 0; i < 2; i++) line_view_finish(&views[i]);
    terminal_control(TERMINAL_PASTE_OFF);
    console_print("\n");
    if (entered) line_finish(line, text);
    return entered;
}
