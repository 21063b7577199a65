// The place where the user types: keys, the message they make, and how it is drawn.
#ifndef ZOSIA_PROMPT_H
#define ZOSIA_PROMPT_H

#include "keys.h"
#include "line_editor.h"
#include "line_view.h"
#include "request/request.h"

struct prompt {
    struct key_decoder keys;
    struct line_editor line;
    struct line_view view;
    bool dumb; // the terminal, if it is one, understands no control sequences
    bool piped;
    bool live; // the message is on the screen
    long last_key_ms;
};

// Of the request, what counts is the terminal's type and its size, which the view may be told anew.
void prompt_begin(struct prompt *prompt, const struct request *request, line_view_put *put, void *context);

// Takes up the terminal, or the pipe, that the user types at.
void prompt_open(struct prompt *prompt, bool piped);

// To be called when "> " has been printed: from now on what is typed is shown.
void prompt_show(struct prompt *prompt);

// Draws what has changed since.
void prompt_draw(struct prompt *prompt);

// Leaves the message behind, complete, on the screen.
void prompt_leave(struct prompt *prompt);

// Tells the other end of a pipe that a line is wanted.
void prompt_want_line(struct prompt *prompt);

// The time, at most `timeout_ms`, after which prompt_pause is to be called.
long prompt_timeout_ms(const struct prompt *prompt, long timeout_ms);

// When a paste or a key has begun and nothing more has come for a second, its end is lost. Returns whether
// the user wants to power off: a paste whose end is lost took "/poweroff" and Enter for its own.
bool prompt_pause(struct prompt *prompt);

// Leaves the terminal as it was. What was being typed stays; of a key or a paste that has begun nothing does.
void prompt_close(struct prompt *prompt);

#endif
