#include "stub.h"

#include "console/console.h"
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "prompt/prompt.h"

static void put(void *context, const char *bytes, size_t size) {
    (void)context;
    write_all(console_fd(), bytes, size);
}

static void help(const char *reason) {
    console_line("There is no model to talk to: %s.", reason);
    console_line("/help shows this, /poweroff (or Ctrl+C, Ctrl+D) switches the machine off.");
}

static void begin_line(struct prompt *prompt) {
    line_editor_clear(&prompt->line);
    put(NULL, LINE_PROMPT, sizeof LINE_PROMPT - 1);
    prompt_show(prompt);
    prompt_want_line(prompt);
}

// Returns false when the machine is to be switched off.
static bool handle_key(struct prompt *prompt, const struct key *key, const char *reason) {
    struct line_editor *line = &prompt->line;
    switch (key->kind) {
    case KEY_INTERRUPT:
        if (line->length == 0) return false;
        line_editor_clear(line);
        return true;
    case KEY_END_OF_INPUT:
        if (line->length == 0) return false;
        line_editor_key(line, &(struct key){.kind = KEY_DELETE});
        return true;
    case KEY_WINDOW_SIZE:
        prompt_draw(prompt);
        line_view_resize(&prompt->view, line, key->rows, key->columns);
        return true;
    case KEY_CLEAR_SCREEN: line_view_clear_screen(&prompt->view, line); return true;
    case KEY_ENTER:
        if (line_editor_is(line, "/poweroff")) return false;
        prompt_leave(prompt);
        if (line->length > 0) help(reason);
        begin_line(prompt);
        return true;
    default: line_editor_key(line, key); return true;
    }
}

static bool handle_bytes(struct prompt *prompt, const char *bytes, long count, const char *reason) {
    struct key keys[KEYS_A_BYTE_MAX];
    for (long i = 0; i < count; i++) {
        unsigned found = key_decoder_feed(&prompt->keys, (unsigned char)bytes[i], keys);
        for (unsigned k = 0; k < found; k++) {
            if (!handle_key(prompt, &keys[k], reason)) return false;
        }
    }
    prompt_draw(prompt);
    return true;
}

void stub_run(const char *reason, const struct request *request) {
    static struct prompt prompt;
    prompt_begin(&prompt, request, put, NULL);
    prompt_open(&prompt, request->piped);
    help(reason);
    begin_line(&prompt);
    for (;;) {
        char bytes[256];
        struct pollfd readable = {console_fd(), POLLIN, 0};
        sys_poll(&readable, 1, prompt_timeout_ms(&prompt, -1));
        long count = sys_read(console_fd(), bytes, sizeof bytes);
        if (count > 0) prompt.last_key_ms = sys_now_ms();
        bool again = count == -EAGAIN || count == -EINTR;
        bool ended = count <= 0 && !again; // no one can be at a console that is gone
        if (ended || prompt_pause(&prompt) || !handle_bytes(&prompt, bytes, count, reason)) break;
    }
    prompt_leave(&prompt);
    prompt_close(&prompt);
}
