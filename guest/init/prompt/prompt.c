#include "prompt.h"

#include "kernel/sys.h"
#include "text/text.h"

enum { PAUSE_MS = 1000 };

// Bracketed paste mode (xterm): a paste comes between two marks.
#define BRACKETED_PASTE_ON "\x1b[?2004h"
#define BRACKETED_PASTE_OFF "\x1b[?2004l"

static void put(struct prompt *prompt, const char *text) {
    prompt->view.put(prompt->view.context, text, text_length(text));
}

void prompt_begin(struct prompt *prompt, const struct request *request, line_view_put *output,
                  void *context) {
    prompt->view.put = output;
    prompt->view.context = context;
    prompt->view.rows = request->window.rows;
    prompt->view.columns = request->window.columns;
    prompt->view.plain = true; // until it is known who is there
    prompt->dumb = text_equal(request->terminal_type, "dumb");
    line_editor_clear(&prompt->line);
}

void prompt_open(struct prompt *prompt, bool piped) {
    prompt->piped = piped;
    prompt->view.plain = piped || prompt->dumb;
    // All the time: what is pasted while the model answers is one message as well.
    if (!prompt->view.plain) put(prompt, BRACKETED_PASTE_ON);
}

void prompt_close(struct prompt *prompt) {
    prompt->keys = (struct key_decoder){0};
    prompt->live = false;
    if (!prompt->view.plain) put(prompt, BRACKETED_PASTE_OFF);
}

void prompt_want_line(struct prompt *prompt) {
    // The mark with which many programs say that they wait for input; zosia takes it out again.
    if (prompt->piped) put(prompt, BRACKETED_PASTE_ON);
}

void prompt_draw(struct prompt *prompt) {
    // A pipe's line is shown when it is complete.
    if (prompt->live && !prompt->piped) line_view_draw(&prompt->view, &prompt->line);
}

void prompt_show(struct prompt *prompt) {
    prompt->live = true;
    line_view_begin(&prompt->view);
    prompt->line.changed_from = 0;
    prompt_draw(prompt);
}

void prompt_leave(struct prompt *prompt) {
    if (prompt->live) line_view_leave(&prompt->view, &prompt->line);
    prompt->live = false;
}

long prompt_timeout_ms(const struct prompt *prompt, long timeout_ms) {
    if (!key_decoder_waits(&prompt->keys)) return timeout_ms;
    long left = prompt->last_key_ms + PAUSE_MS - sys_now_ms();
    if (left < 0) left = 0;
    return timeout_ms < 0 || left < timeout_ms ? left : timeout_ms;
}

bool prompt_pause(struct prompt *prompt) {
    if (!key_decoder_waits(&prompt->keys) || sys_now_ms() - prompt->last_key_ms < PAUSE_MS) return false;
    bool was_pasting = prompt->keys.pasting;
    key_decoder_give_up(&prompt->keys);
    return was_pasting && line_editor_ends_with_line(&prompt->line, "/poweroff");
}
