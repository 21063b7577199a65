#include "chat.h"

#include "console/console.h"
#include "kernel/sys.h"
#include "llama_cli.h"
#include "messages.h"
#include "process/status.h"
#include "prompt/prompt.h"
#include "screen.h"
#include "text/text.h"
#include "wake/control_port.h"

enum { WATCH_INTERVAL_MS = 20 };

struct chat {
    struct llama_cli llama;
    struct screen screen;
    struct prompt prompt;
    struct messages messages;
    const struct request *request;
    struct control_port control; // when the request asks to meet the host
    bool met;
    bool session; // leaving is not the end: the host is met again
    bool leaving;
    bool lost; // the host could not be met
    bool console_closed;
    bool at_prompt; // llama-cli waits for a message, and none has been handed to it
    bool end_of_input; // once all messages are answered, the machine is switched off
};

// In a session the machine leaves at the end of the turn, and goes on when the host wakes it again.
static void end_session(struct chat *chat) {
    chat->leaving = chat->session;
    chat->llama.relay.done = !chat->session;
}

static bool ends(const struct chat *chat) { return chat->leaving || chat->llama.relay.done; }

static void leave_prompt(struct chat *chat) {
    prompt_leave(&chat->prompt);
    chat->at_prompt = false;
}

// The message whose turn it is goes to llama-cli.
static void hand_over(struct chat *chat) {
    chat->at_prompt = false;
    llama_cli_begin_message(&chat->llama);
    messages_begin_sending(&chat->messages);
}

// llama-cli waits: for a message typed ahead, which is shown now, or else for what is being typed.
static void serve_prompt(struct chat *chat) {
    size_t length;
    const char *text = messages_first(&chat->messages, &length);
    if (text != NULL) {
        // Shown by the view that shows what is typed: through an editor of its own.
        static struct line_editor line;
        memcpy(line.text, text, length);
        line.length = line.cursor = length;
        line.changed_from = 0;
        line_view_begin(&chat->prompt.view);
        line_view_leave(&chat->prompt.view, &line);
        hand_over(chat);
    } else if (chat->end_of_input) {
        screen_put(&chat->screen, "\r\n", 2);
        end_session(chat);
    } else {
        prompt_show(&chat->prompt);
        prompt_want_line(&chat->prompt);
    }
}

static void take_window(struct chat *chat, const struct window_size *window) {
    llama_cli_resize(&chat->llama, window);
    chat->prompt.view.rows = window->rows;
    chat->prompt.view.columns = window->columns;
}

// Meets the host, and takes up the terminal that it tells of.
static void meet(struct chat *chat, const char *where) {
    struct wake wake;
    screen_flush(&chat->screen);
    chat->lost = !control_port_meet(&chat->control, where, &wake);
    if (chat->lost) {
        chat->llama.relay.done = true;
        return;
    }
    chat->met = true;
    chat->session = wake.session;
    if (wake.window.rows > 0 && wake.window.columns > 0) take_window(chat, &wake.window);
    prompt_open(&chat->prompt, wake.piped);
}

static void leave_terminal(struct chat *chat) {
    prompt_close(&chat->prompt);
    // llama-cli colours the line being typed; stopped there, it leaves neither colour nor a half line
    // behind.
    screen_finish(&chat->screen, !chat->prompt.dumb);
    if (ends(chat) && chat->end_of_input) console_line("zosia: the input has ended");
}

// Until the host wakes the machine again. What the user typed behind his leaving is dropped, what he was
// typing before is not; what llama-cli has to do it goes on with.
static void leave_for_a_while(struct chat *chat) {
    chat->prompt.line.cursor = chat->prompt.line.length;
    prompt_draw(&chat->prompt);
    leave_terminal(chat);
    console_forget_keys();
    chat->leaving = chat->end_of_input = false;
    meet(chat, CONTROL_LEFT);
    screen_begin(&chat->screen);
    if (chat->lost) return;
    if (chat->at_prompt) {
        screen_put(&chat->screen, LINE_PROMPT, sizeof LINE_PROMPT - 1);
        prompt_show(&chat->prompt);
    }
    prompt_want_line(&chat->prompt);
}

// Ctrl+C: clears the line; on an empty one, and while the model loads, it ends the session; while
// llama-cli answers, it interrupts that, however often it is pressed.
static void interrupt(struct chat *chat) {
    if (chat->at_prompt && chat->prompt.line.length > 0) {
        line_editor_clear(&chat->prompt.line);
    } else if (chat->at_prompt || !chat->llama.loaded) {
        if (!llama_cli_was_just_interrupted(&chat->llama)) end_session(chat);
    } else {
        llama_cli_interrupt(&chat->llama);
    }
}

static void enter(struct chat *chat) {
    struct line_editor *line = &chat->prompt.line;
    if (line_editor_is(line, "/poweroff")) {
        line_editor_clear(line);
        end_session(chat);
        return;
    }
    if (line_editor_continue(line)) {
        prompt_want_line(&chat->prompt);
        return;
    }
    bool was_at_prompt = chat->at_prompt;
    bool accepted =
        line->length > 0 && !line->too_long && messages_add(&chat->messages, line->text, line->length);
    if (was_at_prompt) leave_prompt(chat);
    if (accepted) {
        line_editor_remember(line);
    } else if (line->length > 0) {
        console_line("zosia: the message is too long, and was not sent");
    }
    line_editor_clear(line);
    if (!was_at_prompt) return;
    if (accepted) {
        hand_over(chat);
    } else {
        chat->at_prompt = true;
        screen_put(&chat->screen, LINE_PROMPT, sizeof LINE_PROMPT - 1);
        prompt_show(&chat->prompt);
        prompt_want_line(&chat->prompt);
    }
}

static void resize(struct chat *chat, const struct key *key) {
    const struct window_size window = {.rows = (uint16_t)key->rows, .columns = (uint16_t)key->columns};
    if (chat->at_prompt && !chat->prompt.piped) {
        prompt_draw(&chat->prompt);
        line_view_resize(&chat->prompt.view, &chat->prompt.line, key->rows, key->columns);
    }
    take_window(chat, &window);
}

static void handle_key(struct chat *chat, const struct key *key) {
    if (chat->end_of_input && key->kind != KEY_INTERRUPT && key->kind != KEY_WINDOW_SIZE) return;
    switch (key->kind) {
    case KEY_INTERRUPT: interrupt(chat); break;
    case KEY_ENTER: enter(chat); break;
    case KEY_END_OF_INPUT:
        if (chat->prompt.line.length == 0) {
            chat->end_of_input = true;
        } else {
            line_editor_key(&chat->prompt.line, &(struct key){.kind = KEY_DELETE});
        }
        break;
    case KEY_CLEAR_SCREEN:
        if (chat->at_prompt) line_view_clear_screen(&chat->prompt.view, &chat->prompt.line);
        break;
    case KEY_WINDOW_SIZE: resize(chat, key); break;
    default: line_editor_key(&chat->prompt.line, key);
    }
}

static void read_console(struct chat *chat) {
    char bytes[1024];
    struct key keys[KEYS_A_BYTE_MAX];
    long count = sys_read(console_fd(), bytes, sizeof bytes);
    if (count > 0) chat->prompt.last_key_ms = sys_now_ms();
    for (long i = 0; i < count && !ends(chat); i++) {
        unsigned found = key_decoder_feed(&chat->prompt.keys, (unsigned char)bytes[i], keys);
        for (unsigned k = 0; k < found && !ends(chat); k++) handle_key(chat, &keys[k]);
    }
    if (chat->at_prompt && chat->end_of_input) serve_prompt(chat);
    if (chat->at_prompt) prompt_draw(&chat->prompt);
    if (count == 0 || (count < 0 && count != -EAGAIN && count != -EINTR)) chat->console_closed = true;
}

static void serve_console(void *owner, short events) {
    if (events & POLLIN) read_console(owner);
}

static void serve_control(void *owner, short events) {
    (void)events;
    struct chat *chat = owner;
    if (control_port_asks_to_leave(&chat->control)) end_session(chat);
}

static void serve_terminal(void *owner, short events) {
    (void)events;
    struct chat *chat = owner;
    llama_cli_read(&chat->llama, &chat->screen);
}

static void serve_input(void *owner, short events) {
    struct chat *chat = owner;
    if (events & POLLOUT) messages_send(&chat->messages, chat->llama.input);
    if (events & POLLERR) chat->messages.sending = false; // the program has ended
}

static long prepare(void *owner) {
    struct chat *chat = owner;
    struct relay *relay = &chat->llama.relay;
    // The console is always read: Ctrl+C may come behind anything.
    short console_events =
        (short)((chat->console_closed ? 0 : POLLIN) | (screen_has_output(&chat->screen) ? POLLOUT : 0));
    short terminal_events = queue_room(&chat->screen.output) > OUTPUT_FILTER_HELD_MAX ? POLLIN : 0;
    relay_await(relay, console_fd(), console_events, serve_console);
    relay_await(relay, llama_cli_terminal(&chat->llama), terminal_events, serve_terminal);
    if (chat->messages.sending) relay_await(relay, chat->llama.input, POLLOUT, serve_input);
    if (chat->session) relay_await(relay, chat->control.fd, POLLIN, serve_control);
    return prompt_timeout_ms(&chat->prompt, chat->at_prompt ? -1 : WATCH_INTERVAL_MS);
}

static void finish_turn(void *owner) {
    struct chat *chat = owner;
    if (prompt_pause(&chat->prompt)) end_session(chat);
    bool busy = !chat->at_prompt && !chat->messages.sending && llama_cli_terminal(&chat->llama) >= 0;
    if (busy && llama_cli_has_come_to_prompt(&chat->llama, &chat->screen)) {
        if (chat->request->wake && !chat->met) meet(chat, CONTROL_READY);
        chat->at_prompt = true;
        if (!chat->lost) serve_prompt(chat);
    }
    if (chat->leaving) leave_for_a_while(chat);
    screen_write(&chat->screen);
}

int chat_run(const struct model *model, const struct flags *flags, const struct request *request) {
    static const struct relay_owner functions = {.prepare = prepare, .finish_turn = finish_turn};
    static struct chat chat; // not on the stack: the queues are large
    struct relay *relay = &chat.llama.relay;
    chat.request = request;
    if (request->wake && !control_port_open(&chat.control)) return STATUS_FAILED;
    console_line("zosia: starting llama-cli (model %s)", model->path);
    prompt_begin(&chat.prompt, request, screen_put, &chat.screen);
    // Who will be at the console of a machine that is woken is not known yet.
    if (!request->wake) prompt_open(&chat.prompt, request->piped);
    screen_begin(&chat.screen); // what is there so far begins no line
    if (!llama_cli_start(&chat.llama, model, flags, request)) return STATUS_FAILED;
    // What a pipe says first may come while the model loads.
    prompt_want_line(&chat.prompt);
    // The pseudo-terminal reports its end only after the last output has been read.
    relay_run(relay, &functions, &chat);
    leave_terminal(&chat);
    if (chat.lost) return STATUS_FAILED;
    // llama-cli that ends on an interrupt, however it does, was asked to.
    if (relay->done || (chat.llama.interrupted && !relay->supervisor.stopped)) return STATUS_OK;
    if (llama_cli_reports_template(&chat.llama)) return STATUS_FAILED;
    return supervisor_finish(&relay->supervisor);
}
