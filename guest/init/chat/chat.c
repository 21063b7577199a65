#include "chat.h"

#include "console/console.h"
#include "conversation.h"
#include "kernel/sys.h"
#include "process/status.h"
#include "wake/control_port.h"

enum { WATCH_INTERVAL_MS = 20 };

struct chat {
    struct conversation conversation;
    const struct request *request;
    struct control_port control; // when the request asks to meet the host
    bool met;
    bool session; // a conversation that is over goes on when the host wakes the machine again
    bool lost; // the host could not be met
    bool console_closed;
};

// Meets the host, and takes up the terminal that it tells of.
static void meet(struct chat *chat, const char *where) {
    struct conversation *conversation = &chat->conversation;
    struct wake wake;
    screen_flush(&conversation->screen);
    chat->met = control_port_meet(&chat->control, where, &wake);
    // What was on the way when the user left, behind what made him leave, has come by now.
    if (chat->met && chat->session) console_forget_keys();
    chat->lost = !chat->met || !control_port_go_on(&chat->control);
    if (chat->lost) return;
    chat->session = wake.session;
    if (wake.window.rows > 0 && wake.window.columns > 0) {
        conversation_set_window(conversation, &wake.window);
    }
    prompt_open(&conversation->prompt, wake.piped);
}

static void leave_terminal(struct conversation *conversation) {
    prompt_close(&conversation->prompt);
    // llama-cli colours the line being typed; stopped there, it leaves neither colour nor a half line
    // behind.
    screen_finish(&conversation->screen, !conversation->prompt.dumb);
    if (conversation->over && conversation->end_of_input) console_line("zosia: the input has ended");
}

// Until the host wakes the machine again. What came behind the user's leaving is dropped, what he was typing
// before is not; what llama-cli has to do it goes on with.
static void leave_for_a_while(struct chat *chat) {
    struct conversation *conversation = &chat->conversation;
    bool prompt_held = screen_take_prompt(&conversation->screen);
    conversation->prompt.line.cursor = conversation->prompt.line.length;
    prompt_draw(&conversation->prompt);
    leave_terminal(conversation);
    conversation->over = conversation->end_of_input = false;
    meet(chat, CONTROL_LEFT);
    if (chat->lost) return;
    screen_begin(&conversation->screen);
    if (conversation->at_prompt) conversation_show_prompt(conversation);
    else if (prompt_held) screen_hold_prompt(&conversation->screen);
    prompt_want_line(&conversation->prompt);
}

static void read_console(struct chat *chat) {
    struct conversation *conversation = &chat->conversation;
    char bytes[1024];
    struct key keys[KEYS_A_BYTE_MAX];
    long count = sys_read(console_fd(), bytes, sizeof bytes);
    if (count > 0) conversation->prompt.last_key_ms = sys_now_ms();
    for (long i = 0; i < count && !conversation->over; i++) {
        unsigned found = key_decoder_feed(&conversation->prompt.keys, (unsigned char)bytes[i], keys);
        for (unsigned k = 0; k < found && !conversation->over; k++)
            conversation_key(conversation, &keys[k]);
    }
    if (conversation->at_prompt && conversation->end_of_input) conversation_serve_prompt(conversation);
    if (conversation->at_prompt) prompt_draw(&conversation->prompt);
    if (count == 0 || (count < 0 && count != -EAGAIN && count != -EINTR)) chat->console_closed = true;
}

static void serve_console(void *owner, int fd, short events) {
    (void)fd;
    if (events & POLLIN) read_console(owner);
}

static void serve_control(void *owner, int fd, short events) {
    (void)fd;
    (void)events;
    struct chat *chat = owner;
    if (control_port_asks_to_leave(&chat->control)) chat->conversation.over = true;
}

static void serve_terminal(void *owner, int fd, short events) {
    (void)fd;
    (void)events;
    struct conversation *conversation = &((struct chat *)owner)->conversation;
    llama_cli_read(&conversation->llama, &conversation->screen);
}

static void serve_input(void *owner, int fd, short events) {
    (void)fd;
    struct conversation *conversation = &((struct chat *)owner)->conversation;
    if (events & POLLOUT) messages_send(&conversation->messages, conversation->llama.input);
    if (events & POLLERR) conversation->messages.sending = false; // the program has ended
}

static long prepare(void *owner) {
    struct chat *chat = owner;
    struct conversation *conversation = &chat->conversation;
    struct llama_cli *llama = &conversation->llama;
    struct screen *screen = &conversation->screen;
    // The console is always read: Ctrl+C may come behind anything.
    short console_events =
        (short)((chat->console_closed ? 0 : POLLIN) | (screen_has_output(screen) ? POLLOUT : 0));
    short terminal_events = queue_room(&screen->output) > OUTPUT_FILTER_HELD_MAX ? POLLIN : 0;
    relay_await(&llama->relay, console_fd(), console_events, serve_console);
    relay_await(&llama->relay, llama_cli_terminal(llama), terminal_events, serve_terminal);
    if (conversation->messages.sending) relay_await(&llama->relay, llama->input, POLLOUT, serve_input);
    if (chat->session) relay_await(&llama->relay, chat->control.fd, POLLIN, serve_control);
    return prompt_timeout_ms(&conversation->prompt, conversation->at_prompt ? -1 : WATCH_INTERVAL_MS);
}

static void watch_llama(struct chat *chat) {
    struct conversation *conversation = &chat->conversation;
    struct llama_cli *llama = &conversation->llama;
    bool busy =
        !conversation->at_prompt && !conversation->messages.sending && llama_cli_terminal(llama) >= 0;
    if (!busy || !llama_cli_has_come_to_prompt(llama, &conversation->screen)) return;
    screen_release_prompt(&conversation->screen);
    if (chat->request->wake && !chat->met) meet(chat, CONTROL_READY);
    conversation->at_prompt = true;
    if (!chat->lost) conversation_serve_prompt(conversation);
}

static void finish_turn(void *owner) {
    struct chat *chat = owner;
    struct conversation *conversation = &chat->conversation;
    if (prompt_pause(&conversation->prompt)) {
        line_editor_clear(&conversation->prompt.line);
        conversation->over = true;
    }
    watch_llama(chat);
    if (conversation->over && chat->session && !chat->lost) leave_for_a_while(chat);
    if (conversation->over || chat->lost) conversation->llama.relay.done = true;
    screen_write(&conversation->screen);
}

int chat_run(const struct model *model, const struct flags *flags, const struct request *request) {
    static const struct relay_owner functions = {.prepare = prepare, .finish_turn = finish_turn};
    static struct chat chat; // not on the stack: the queues are large
    struct conversation *conversation = &chat.conversation;
    struct relay *relay = &conversation->llama.relay;
    chat.request = request;
    if (request->wake && !control_port_open(&chat.control)) return STATUS_FAILED;
    console_line("zosia: starting llama-cli (model %s)", model->path);
    prompt_begin(&conversation->prompt, request, screen_put, &conversation->screen);
    // Who will be at the console of a machine that is to be woken is not known yet.
    if (!request->wake) prompt_open(&conversation->prompt, request->piped);
    screen_begin(&conversation->screen); // what is there so far begins no line
    if (!llama_cli_start(&conversation->llama, model, flags, request)) return STATUS_FAILED;
    // What a pipe says first may come while the model loads.
    prompt_want_line(&conversation->prompt);
    // The pseudo-terminal reports its end only after the last output has been read.
    relay_run(relay, &functions, &chat);
    leave_terminal(conversation);
    if (chat.lost) return STATUS_FAILED;
    // llama-cli that ends on an interrupt, however it does, was asked to.
    bool interrupted = conversation->llama.interrupted && !relay->supervisor.stopped;
    if (conversation->over || interrupted) return STATUS_OK;
    if (llama_cli_reports_template(&conversation->llama)) return STATUS_FAILED;
    return supervisor_finish(&relay->supervisor);
}
