#include "stub.h"

#include "console.h"
#include "line_editor.h"
#include "queue.h"
#include "sys.h"

static void print(const char *text, size_t size) { write_all(console_fd(), text, size); }

static void help(const char *reason) {
    console_line("There is no model to talk to: %s.", reason);
    console_line("/help shows this, /poweroff (or Ctrl+C, Ctrl+D) switches the machine off.");
}

// Rubs out the visible line: llama's prompt would do the same, one character at a time.
static void erase_shown(const struct line_editor *line, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (((unsigned char)line->text[i] & 0xc0) != 0x80) print("\b \b", 3);
    }
}

// Returns false, at the start of a line, when the machine is to be switched off.
static bool handle_key(struct line_editor *line, char byte, const char *reason) {
    size_t length = line->length;
    enum key key = line_editor_feed(line, (unsigned char)byte);
    switch (key) {
    case KEY_INTERRUPT:
    case KEY_END_OF_FILE:
        if (key == KEY_END_OF_FILE && line->length > 0) return true;
        print("\r\n", 2);
        return false;
    case KEY_TEXT:
        print(&byte, 1);
        return true;
    case KEY_ERASE:
        print("\b \b", 3);
        return true;
    case KEY_KILL_LINE:
        erase_shown(line, length);
        return true;
    case KEY_ENTER:
        print("\r\n", 2);
        if (line_editor_is(line, "/poweroff")) return false;
        if (line->length > 0) help(reason);
        line_editor_clear(line);
        print("> ", 2);
        return true;
    default:
        return true;
    }
}

void stub_run(const char *reason) {
    static struct line_editor line;
    help(reason);
    print("> ", 2);
    for (;;) {
        char keys[256];
        struct pollfd readable = {console_fd(), POLLIN, 0};
        sys_poll(&readable, 1, -1);
        long count = sys_read(console_fd(), keys, sizeof keys);
        if (count == -EAGAIN || count == -EINTR) continue;
        if (count <= 0) return; // no one can be at a console that is gone
        for (long i = 0; i < count; i++) {
            if (!handle_key(&line, keys[i], reason)) return;
        }
    }
}
