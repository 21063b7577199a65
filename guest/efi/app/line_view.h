// How one device shows a line that is being typed: the firmware's screen, or the terminal. Positions are
// cells, counted from the beginning of the row that the prompt stands in.
#ifndef ZOSIA_LINE_VIEW_H
#define ZOSIA_LINE_VIEW_H

#include "engine/terminal/line.h"

struct line_device {
    size_t (*columns)(void);
    unsigned (*width)(uint32_t character); // cells that a character takes
    // Shows a character at `cell`, where the cursor is, and leaves the cursor behind it.
    void (*put)(uint32_t character, size_t cell);
    // Moves the cursor from one cell to another.
    void (*move)(size_t from, size_t to);
};

extern const struct line_device screen_device;
extern const struct line_device terminal_device;

struct line_view {
    const struct line_device *device;
    size_t origin; // the line's first cell, behind the prompt
    size_t cell; // where the cursor is
    size_t end; // behind the last cell that shows something
};

// Begins where a prompt of `prompt_length` characters has just been shown.
void line_view_begin(struct line_view *view, const struct line_device *device, size_t prompt_length);

// Shows the line anew from `index` on, blanks what was longer, and puts the cursor where the line's is.
void line_view_update(struct line_view *view, const struct line *line, size_t index);

// Puts the cursor behind the line.
void line_view_finish(struct line_view *view);

#endif
