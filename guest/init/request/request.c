#include "request.h"

#include "console/console.h"
#include "kernel/file.h"
#include "kernel/sys.h"
#include "text/text.h"

static bool read_arguments(struct request *request) {
    static char list[128 * 1024];
    long length = file_read("/etc/zosia/request/args", list, sizeof list);
    if (length < 0) return length == -ENOENT;
    if (length == sizeof list - 1) return false;
    for (const char *argument = list; argument < list + length;) {
        if (request->argument_count == REQUEST_ARGUMENTS_MAX) return false;
        request->arguments[request->argument_count++] = argument;
        argument += text_length(argument) + 1;
    }
    return true;
}

static bool is_terminal_type_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '+' || c == '.';
}

// "ROWS COLUMNS TERM\n". Anything else leaves the defaults of a plain serial terminal.
static void read_terminal(struct request *request) {
    char text[128];
    request->window = (struct window_size){.rows = 24, .columns = 80};
    text_format(request->terminal_type, sizeof request->terminal_type, "vt100");
    if (file_read("/etc/zosia/request/terminal", text, sizeof text) <= 0) return;

    const char *cursor = text;
    unsigned rows, columns;
    if (!text_parse_number(&cursor, UINT16_MAX, &rows) || *cursor++ != ' ') return;
    if (!text_parse_number(&cursor, UINT16_MAX, &columns) || *cursor++ != ' ') return;
    if (rows != 0 && columns != 0) {
        request->window = (struct window_size){.rows = (uint16_t)rows, .columns = (uint16_t)columns};
    }
    size_t length = 0;
    while (is_terminal_type_character(cursor[length])) length++;
    if (length == 0 || length >= sizeof request->terminal_type) return;
    memcpy(request->terminal_type, cursor, length);
    request->terminal_type[length] = '\0';
}

// "COUNT\n". False when that is none, or more than can be.
static bool read_workers(struct request *request) {
    char text[16];
    long length = file_read("/etc/zosia/request/workers", text, sizeof text);
    if (length < 0) return length == -ENOENT;
    const char *cursor = text;
    return text_parse_number(&cursor, REQUEST_WORKERS_MAX, &request->workers) && text_equal(cursor, "\n") &&
           request->workers > 0;
}

bool request_read(struct request *request) {
    char first_byte[2];
    request->sealed = sys_access("/etc/zosia/request/sealed", R_OK) == 0;
    request->has_chat_template = file_read(REQUEST_CHAT_TEMPLATE_PATH, first_byte, sizeof first_byte) > 0;
    char reasoning[8];
    request->reasoning_hidden =
        file_read("/etc/zosia/request/reasoning", reasoning, sizeof reasoning) > 0 &&
        text_equal(reasoning, "hide\n");
    request->piped = sys_access("/etc/zosia/request/piped", R_OK) == 0;
    request->wake = sys_access("/etc/zosia/request/wake", R_OK) == 0;
    request->serve = sys_access("/etc/zosia/request/serve", R_OK) == 0;
    request->worker = sys_access("/etc/zosia/request/worker", R_OK) == 0;
    read_terminal(request);
    if (!read_workers(request)) {
        console_line("zosia: cannot read how many workers there are");
        return false;
    }
    if (read_arguments(request)) return true;
    console_line("zosia: cannot read the llama arguments of this run, or they are too many");
    return false;
}
