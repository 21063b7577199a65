#include "chat.h"

#include "console/console.h"
#include "console/output_filter.h"
#include "kernel/procfs.h"
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "llama/llama.h"
#include "llama/template_fault.h"
#include "messages.h"
#include "process/status.h"
#include "process/supervisor.h"
#include "prompt/prompt.h"
#include "text/lines.h"
#include "text/text.h"

enum { WATCH_INTERVAL_MS = 20, GATE_INTERVAL_MS = 1, INTERRUPT_REPEAT_MS = 1000 };

struct chat {
    struct supervisor supervisor;
    int keyboard; // llama-cli's standard input
    int terminal; // the pseudo-terminal's master side; -1 once the other side is closed
    int watch_fd;
    struct queue output;
    struct output_filter filter;
    struct prompt prompt;
    struct messages messages;
    struct lines log_lines;
    struct template_fault fault;
    char last_output;
    bool console_open;
    bool loaded; // llama-cli has waited for input at least once
    bool at_prompt; // it waits for a message, and none has been handed to it
    bool interrupt_wanted;
    bool interrupted;
    long interrupted_until_ms; // a Ctrl+C before that is the one that stopped the answer, pressed again
    bool end_of_input; // once all messages are answered
    bool power_off;
};

// Behind what llama-cli has printed, in order with it.
static void put_output(void *context, const char *bytes, size_t size) {
    struct chat *chat = context;
    if (size > queue_room(&chat->output)) {
        write_all(console_fd(), chat->output.bytes + chat->output.start, queue_length(&chat->output));
        chat->output.start = chat->output.end = 0;
    }
    if (size <= queue_room(&chat->output)) queue_append(&chat->output, bytes, size);
    else write_all(console_fd(), bytes, size);
    if (size > 0) chat->last_output = bytes[size - 1];
}

// Returns the slave side, or a negated errno.
static int open_terminal(struct chat *chat, const struct window_size *window) {
    const int unlock = 0;
    chat->terminal = sys_open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (chat->terminal < 0) return chat->terminal;
    sys_ioctl(chat->terminal, TIOCSPTLCK, &unlock);
    sys_ioctl(chat->terminal, TIOCSWINSZ, window);
    return (int)sys_ioctl(chat->terminal, TIOCGPTPEER,
                          (const void *)(long)(O_RDWR | O_NOCTTY | O_CLOEXEC));
}

static void close_terminal(struct chat *chat) {
    if (chat->terminal >= 0) sys_close(chat->terminal);
    chat->terminal = -1;
}

// llama-cli's own way to edit and to end a message is not used: it would end one at every line.
static void drop_option(struct llama_command *command, const char *option) {
    unsigned kept = 0;
    for (unsigned i = 0; i < command->argument_count; i++) {
        const char *argument = command->arguments[i];
        if (argument == NULL || !text_equal(argument, option)) command->arguments[kept++] = argument;
    }
    command->argument_count = kept;
}

static bool start(struct chat *chat, const struct model *model, const struct flags *flags,
                  const struct request *request) {
    static struct llama_command command;
    int input[2];
    llama_chat_command(&command, model, flags, request);
    drop_option(&command, "--multiline-input");
    drop_option(&command, "-mli");
    int slave = open_terminal(chat, &request->window);
    if (slave < 0) {
        console_line("zosia: cannot open a pseudo-terminal (errno %d)", -slave);
        return false;
    }
    long error = sys_pipe(input);
    if (error < 0) {
        console_line("zosia: cannot open a pipe (errno %d)", (int)-error);
        return false;
    }
    chat->keyboard = input[1];
    sys_set_nonblocking(chat->keyboard, O_WRONLY);
    const struct child_setup setup = {
        .arguments = command.arguments,
        .environment = command.environment,
        .input = input[0],
        .output = slave,
        .error = slave,
        .own_terminal = true,
        .confined = true,
    };
    bool started = supervisor_start(&chat->supervisor, &setup, flags_time_limit_s(flags, 0));
    sys_close(slave);
    sys_close(input[0]);
    return started;
}

static void leave_prompt(struct chat *chat) {
    prompt_leave(&chat->prompt);
    chat->at_prompt = false;
}

// The message whose turn it is goes to llama-cli.
static void hand_over(struct chat *chat) {
    chat->at_prompt = false;
    chat->interrupt_wanted = chat->interrupted = false;
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
        put_output(chat, "\r\n", 2);
        chat->power_off = true;
    } else {
        prompt_show(&chat->prompt);
        prompt_want_line(&chat->prompt);
    }
}

// Ctrl+C: clears the line; on an empty one, and while the model loads, it ends the session; while
// llama-cli answers, it interrupts that, however often it is pressed.
static void interrupt(struct chat *chat) {
    if (chat->at_prompt && chat->prompt.line.length > 0) {
        line_editor_clear(&chat->prompt.line);
    } else if (chat->at_prompt || !chat->loaded) {
        if (sys_now_ms() >= chat->interrupted_until_ms) chat->power_off = true;
    } else {
        chat->interrupt_wanted = true;
    }
}

static void enter(struct chat *chat) {
    struct line_editor *line = &chat->prompt.line;
    if (line_editor_is(line, "/poweroff")) {
        chat->power_off = true;
        return;
    }
    if (line_editor_continue(line)) {
        prompt_want_line(&chat->prompt);
        return;
    }
    bool was_at_prompt = chat->at_prompt;
    bool accepted = line->length > 0 && !line->too_long && messages_add(&chat->messages, line->text, line->length);
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
        put_output(chat, LINE_PROMPT, sizeof LINE_PROMPT - 1);
        prompt_show(&chat->prompt);
        prompt_want_line(&chat->prompt);
    }
}

static void resize(struct chat *chat, const struct key *key) {
    const struct window_size window = {.rows = (uint16_t)key->rows, .columns = (uint16_t)key->columns};
    if (chat->terminal >= 0) sys_ioctl(chat->terminal, TIOCSWINSZ, &window);
    if (chat->at_prompt) prompt_draw(&chat->prompt);
    if (chat->at_prompt && !chat->prompt.piped) {
        line_view_resize(&chat->prompt.view, &chat->prompt.line, key->rows, key->columns);
    } else {
        chat->prompt.view.rows = key->rows;
        chat->prompt.view.columns = key->columns;
    }
}

static void handle_key(struct chat *chat, const struct key *key) {
    if (chat->end_of_input && key->kind != KEY_INTERRUPT && key->kind != KEY_WINDOW_SIZE) return;
    switch (key->kind) {
    case KEY_INTERRUPT:
        interrupt(chat);
        break;
    case KEY_ENTER:
        enter(chat);
        break;
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
    case KEY_WINDOW_SIZE:
        resize(chat, key);
        break;
    default:
        line_editor_key(&chat->prompt.line, key);
    }
}

static void read_console(struct chat *chat) {
    char bytes[1024];
    struct key keys[KEYS_A_BYTE_MAX];
    long count = sys_read(console_fd(), bytes, sizeof bytes);
    if (count > 0) chat->prompt.last_key_ms = sys_now_ms();
    for (long i = 0; i < count && !chat->power_off; i++) {
        unsigned found = key_decoder_feed(&chat->prompt.keys, (unsigned char)bytes[i], keys);
        for (unsigned k = 0; k < found && !chat->power_off; k++) handle_key(chat, &keys[k]);
    }
    if (chat->at_prompt && chat->end_of_input) serve_prompt(chat);
    if (chat->at_prompt) prompt_draw(&chat->prompt);
    if (count == 0 || (count < 0 && count != -EAGAIN && count != -EINTR)) chat->console_open = false;
}

static void take_log_line(const char *line, void *context) {
    template_fault_take_line(context, line);
}

static void read_terminal(struct chat *chat) {
    size_t before = queue_length(&chat->output);
    long count = output_filter_fill(&chat->filter, &chat->output, chat->terminal);
    if (count > 0) {
        if (chat->output.end > 0) chat->last_output = chat->output.bytes[chat->output.end - 1];
        // A template that cannot be used keeps llama-cli from ever coming to its prompt.
        if (!chat->loaded) {
            size_t passed = queue_length(&chat->output) - before;
            lines_feed(&chat->log_lines, chat->output.bytes + chat->output.end - passed, passed,
                       take_log_line, &chat->fault);
        }
        exit_gate_postpone(&chat->supervisor.child.gate);
    } else if (count < 0 && count != -EAGAIN && count != -EINTR) {
        close_terminal(chat); // EIO: the program has ended
    }
}

static void write_console(struct chat *chat) {
    long count = queue_drain(&chat->output, console_fd(), 0);
    // Nobody can read it: drop it rather than stop llama-cli for ever.
    if (count < 0 && count != -EAGAIN && count != -EINTR) chat->output.start = chat->output.end;
}

// Whether llama-cli has read all that was sent to it. Until it wakes up to do so, it waits for input as it
// does at its prompt, and on a busy machine that takes a while.
static bool all_is_read(const struct chat *chat) {
    int unread = 0;
    return sys_ioctl(chat->keyboard, FIONREAD, &unread) < 0 || unread == 0;
}

// Learns whether llama-cli has come to its prompt, all of whose output has been read; and interrupts it as
// soon as it waits for an answer. Earlier, while it takes the message, or later, an interrupt would end
// it; so would a second one.
static void watch_llama(struct chat *chat) {
    if (chat->at_prompt || chat->messages.sending || chat->terminal < 0) return;
    // In this order: what it waits for is asked when it has read the message.
    if (!all_is_read(chat)) return;
    enum process_wait wait = process_waits(chat->supervisor.child.process);
    struct pollfd output = {chat->terminal, POLLIN, 0};
    bool looks_like_prompt = wait == WAITS_UNKNOWN && chat->last_output == ' ';
    if ((wait == WAITS_FOR_INPUT || looks_like_prompt) && sys_poll(&output, 1, 0) <= 0) {
        chat->loaded = chat->at_prompt = true;
        if (chat->interrupt_wanted) chat->interrupted_until_ms = sys_now_ms() + INTERRUPT_REPEAT_MS;
        chat->interrupt_wanted = chat->interrupted = false;
        serve_prompt(chat);
    } else if (chat->interrupt_wanted && !chat->interrupted && wait == WAITS_FOR_EVENTS) {
        sys_kill(chat->supervisor.child.process, SIGINT);
        chat->interrupted = true;
    }
}

static long timeout_ms(const struct chat *chat) {
    long timeout = chat->supervisor.child.gate.held ? GATE_INTERVAL_MS : chat->at_prompt ? -1 : WATCH_INTERVAL_MS;
    return supervisor_timeout_ms(&chat->supervisor, prompt_timeout_ms(&chat->prompt, timeout));
}

static void relay_once(struct chat *chat) {
    struct child *child = &chat->supervisor.child;
    struct exit_gate *gate = &child->gate;
    // The console is always read: Ctrl+C may come behind anything.
    short console_events = (short)((chat->console_open ? POLLIN : 0) |
                                   (queue_length(&chat->output) > 0 ? POLLOUT : 0));
    short terminal_events = queue_room(&chat->output) > OUTPUT_FILTER_HELD_MAX ? POLLIN : 0;
    // A descriptor nothing is wanted of is left out: its hang-up would keep poll from ever waiting.
    struct pollfd fds[] = {
        {console_events != 0 ? console_fd() : -1, console_events, 0},
        {terminal_events != 0 ? chat->terminal : -1, terminal_events, 0},
        {chat->watch_fd, POLLIN, 0},
        {gate->held ? -1 : gate->listener, POLLIN, 0},
        {chat->messages.sending ? chat->keyboard : -1, POLLOUT, 0},
    };
    sys_poll(fds, 5, timeout_ms(chat));

    if (fds[0].revents & POLLIN) read_console(chat);
    if (fds[1].revents & (POLLIN | POLLHUP | POLLERR)) read_terminal(chat);
    if (fds[2].revents & POLLIN) children_reap(chat->watch_fd, child);
    if (fds[3].revents & POLLIN) exit_gate_hold(gate);
    if (fds[3].revents & POLLHUP) exit_gate_close(gate);
    if (fds[4].revents & POLLOUT) messages_send(&chat->messages, chat->keyboard);
    if (fds[4].revents & POLLERR) chat->messages.sending = false; // the program has ended
    if (prompt_pause(&chat->prompt)) chat->power_off = true;
    watch_llama(chat);
    write_console(chat);
    if (gate->held) {
        struct pollfd output = {chat->terminal, POLLIN, 0};
        exit_gate_release_if_quiet(gate, child->process, &output, 1);
    }
    supervisor_enforce(&chat->supervisor);
}

// llama-cli colours the line being typed; stopped there, it leaves neither colour nor a half line behind.
static void finish_line(struct chat *chat, const struct request *request) {
    prompt_end(&chat->prompt);
    write_all(console_fd(), chat->output.bytes + chat->output.start, queue_length(&chat->output));
    if (chat->last_output == '\n') return;
    if (!text_equal(request->terminal_type, "dumb")) write_all(console_fd(), "\x1b[0m", 4);
    write_all(console_fd(), "\r\n", 2);
}

int chat_run(const struct model *model, const struct flags *flags, const struct request *request) {
    static struct chat chat; // not on the stack: the queues are large
    struct supervisor *supervisor = &chat.supervisor;
    console_line("zosia: starting llama-cli (model %s)", model->path);
    chat.console_open = true;
    chat.watch_fd = children_watch();
    prompt_begin(&chat.prompt, request, put_output, &chat);
    chat.last_output = '\n';
    if (!start(&chat, model, flags, request)) return STATUS_FAILED;
    // What a pipe says first may come while the model loads.
    prompt_want_line(&chat.prompt);
    // The pseudo-terminal reports its end only after the last output has been read.
    while (!chat.power_off && !supervisor->abandoned &&
           (supervisor->child.running || chat.terminal >= 0)) {
        relay_once(&chat);
    }
    finish_line(&chat, request);
    if (chat.power_off && chat.end_of_input) console_line("zosia: the input has ended");
    // llama-cli that ends on an interrupt, however it does, was asked to.
    if (chat.power_off || (chat.interrupted && !supervisor->stopped)) return STATUS_OK;
    if (chat.fault.found && !chat.loaded && supervisor->child.status != STATUS_OK) {
        template_fault_report(&chat.fault);
        return STATUS_FAILED;
    }
    return supervisor_finish(supervisor);
}
