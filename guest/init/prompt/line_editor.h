// Editing a message, which may have several lines, and recalling earlier ones. What is drawn of it is
// line_view's; what is sent is exactly this text.
#ifndef ZOSIA_LINE_EDITOR_H
#define ZOSIA_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "keys.h"

enum { LINE_BYTES_MAX = 1 << 20, HISTORY_BYTES = 1 << 18, DRAFT_BYTES_MAX = 1 << 16 };

struct line_editor {
    char text[LINE_BYTES_MAX];
    size_t length;
    size_t cursor;
    size_t changed_from; // the text has changed from here on since someone last set this to `length`
    bool too_long; // something was typed that found no room
    // Messages, each ended by NUL, oldest first.
    char history[HISTORY_BYTES];
    size_t history_length;
    size_t recalled; // where the recalled message begins; history_length when it is the user's own
    char draft[DRAFT_BYTES_MAX]; // what the user had typed before looking into the history
    size_t draft_length;
};

// Does what a key does to the text; any other key than these does nothing: characters and line breaks,
// erasing, moving, the history.
void line_editor_key(struct line_editor *line, const struct key *key);

// Starts the next message.
void line_editor_clear(struct line_editor *line);

// Adds the text to the history, unless it is the same as the last one there or longer than half of it.
void line_editor_remember(struct line_editor *line);

// A line that ends in a backslash goes on in the next one: puts a line break in its place. False when it
// does not end so.
bool line_editor_continue(struct line_editor *line);

// Whether the text is exactly `command`, blanks after it aside.
bool line_editor_is(const struct line_editor *line, const char *command);

// Whether its last line, and that one ended by a line break, is exactly `command`.
bool line_editor_ends_with_line(const struct line_editor *line, const char *command);

#endif
