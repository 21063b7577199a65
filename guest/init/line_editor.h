// A shadow of the line the user is typing. llama-cli edits and shows the line itself; init follows along,
// from the same keys, only to know what the line says when Enter is pressed.
#ifndef ZOSIA_LINE_EDITOR_H
#define ZOSIA_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

enum escape_state { ESCAPE_NONE, ESCAPE_STARTED, ESCAPE_CSI, ESCAPE_SS3 };

struct line_editor {
    char text[1024];
    size_t length;
    // The real line is not known: it came from the history, has several lines, or is too long.
    bool unknown;
    bool pasting;
    enum escape_state escape;
    unsigned escape_number;
};

enum key { KEY_OTHER, KEY_TEXT, KEY_ERASE, KEY_KILL_LINE, KEY_INTERRUPT, KEY_END_OF_FILE, KEY_ENTER };

// Follows one byte of input and says what kind of key it completed. Control characters of escape
// sequences and of pasted text are KEY_OTHER. KEY_ERASE is told only when there was something to erase.
// On KEY_ENTER the line is still there to be looked at; line_editor_clear starts the next one.
enum key line_editor_feed(struct line_editor *line, unsigned char byte);

void line_editor_clear(struct line_editor *line);

// Whether the line is exactly `command`, blanks after it aside.
bool line_editor_is(const struct line_editor *line, const char *command);

#endif
