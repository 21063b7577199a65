// Drawing the message that is being typed, behind the prompt "> ".
#ifndef ZOSIA_LINE_VIEW_H
#define ZOSIA_LINE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "line_editor.h"

#define LINE_PROMPT "> "

struct position {
    size_t row; // from the prompt's on
    unsigned column;
};

typedef void line_view_put(void *context, const char *bytes, size_t size);

struct line_view {
    line_view_put *put;
    void *context;
    unsigned rows, columns; // of the window
    bool plain; // the terminal understands no control sequences
    // What is on the screen:
    size_t shown; // bytes of the text
    size_t top; // the first row that is drawn; rows above it have scrolled away
    struct position cursor;
    struct position end;
};

// Begins at a prompt that has just been printed.
void line_view_begin(struct line_view *view);

// Brings the screen up to date with the text and the cursor, and marks the text as unchanged.
void line_view_draw(struct line_view *view, struct line_editor *line);

// Leaves the message behind, complete, and goes to the start of the next line.
void line_view_leave(struct line_view *view, struct line_editor *line);

// The window has another size now. The message must have been drawn.
void line_view_resize(struct line_view *view, struct line_editor *line, unsigned rows, unsigned columns);

// Empties the screen, and draws prompt and message at its top.
void line_view_clear_screen(struct line_view *view, struct line_editor *line);

#endif
