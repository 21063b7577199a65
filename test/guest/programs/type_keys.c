// Feeds its standard input to init's prompt as keys. What is drawn for it goes to standard output; each
// message that Enter completes, and what else happened, to standard error: "message LENGTH:TEXT",
// "interrupt", "end", "size ROWS COLUMNS", a line each. The window has 6 rows of 20 columns.
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "prompt/prompt.h"
#include "text/text.h"

static void put(void *context, const char *bytes, size_t size) {
    (void)context;
    write_all(1, bytes, size);
}

static void tell(const char *what, unsigned long a, unsigned long b) {
    char line[64];
    write_all(2, line, text_format(line, sizeof line, what, a, b));
}

static void begin_line(struct prompt *prompt) {
    line_editor_clear(&prompt->line);
    put(NULL, LINE_PROMPT, sizeof LINE_PROMPT - 1);
    prompt_show(prompt);
}

static void handle(struct prompt *prompt, const struct key *key) {
    struct line_editor *line = &prompt->line;
    switch (key->kind) {
    case KEY_INTERRUPT:
        tell("interrupt\n", 0, 0);
        line_editor_clear(line);
        break;
    case KEY_END_OF_INPUT: tell("end\n", 0, 0); break;
    case KEY_WINDOW_SIZE:
        tell("size %lu %lu\n", key->rows, key->columns);
        prompt_draw(prompt);
        line_view_resize(&prompt->view, line, key->rows, key->columns);
        break;
    case KEY_CLEAR_SCREEN: line_view_clear_screen(&prompt->view, line); break;
    case KEY_ENTER:
        if (line_editor_continue(line)) break;
        tell("message %lu:", line->length, 0);
        write_all(2, line->text, line->length);
        tell("\n", 0, 0);
        line_editor_remember(line);
        prompt_leave(prompt);
        begin_line(prompt);
        break;
    default: line_editor_key(line, key);
    }
}

__asm__(START_ASSEMBLY);

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct prompt prompt;
    static struct request request;
    char byte;
    struct key keys[KEYS_A_BYTE_MAX];
    request.window = (struct window_size){.rows = 6, .columns = 20};
    prompt_begin(&prompt, &request, put, NULL);
    prompt_open(&prompt, false);
    begin_line(&prompt);
    while (sys_read(0, &byte, 1) == 1) {
        unsigned found = key_decoder_feed(&prompt.keys, (unsigned char)byte, keys);
        for (unsigned i = 0; i < found; i++) handle(&prompt, &keys[i]);
        prompt_draw(&prompt);
    }
    sys_exit(0);
}
