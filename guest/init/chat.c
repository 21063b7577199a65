#include "chat.h"

#include "console.h"
#include "line_editor.h"
#include "lines.h"
#include "llama.h"
#include "output_filter.h"
#include "procfs.h"
#include "queue.h"
#include "status.h"
#include "supervisor.h"
#include "sys.h"
#include "template_fault.h"
#include "text.h"

// After an interrupt llama-cli needs a while to stop (at worst a whole batch of the prompt), and a
// second one would end it. Until it has stopped, or for this long, further ones are not passed on.
enum { INTERRUPT_PATIENCE_MS = 10000, WATCH_INTERVAL_MS = 50, GATE_INTERVAL_MS = 1 };

struct chat {
    struct supervisor supervisor;
    int terminal; // the pseudo-terminal's master side; -1 once the other side is closed
    int watch_fd;
    struct queue input;
    struct queue output;
    struct output_filter filter;
    struct line_editor line;
    struct lines log_lines;
    struct template_fault fault;
    char last_output;
    bool console_open;
    bool prompt_seen; // llama-cli has waited for input at least once: the model is loaded
    bool interrupted;
    long interrupted_at_ms;
    bool power_off;
};

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

static bool start(struct chat *chat, const struct model *model, const struct flags *flags,
                  const struct request *request) {
    static struct llama_command command;
    llama_chat_command(&command, model, flags, request);
    int slave = open_terminal(chat, &request->window);
    if (slave < 0) {
        console_line("zosia: cannot open a pseudo-terminal (errno %d)", -slave);
        return false;
    }
    const struct child_setup setup = {
        .arguments = command.arguments,
        .environment = command.environment,
        .input = slave,
        .output = slave,
        .error = slave,
        .own_terminal = true,
        .confined = true,
    };
    bool started = supervisor_start(&chat->supervisor, &setup, flags_time_limit_s(flags, 0));
    sys_close(slave);
    return started;
}

// Ctrl+C ends the session at an idle prompt and while the model loads; while llama-cli generates, it
// interrupts only that. The signal goes to the process, not through the terminal, where it would
// queue up behind what has been typed ahead.
static void interrupt(struct chat *chat) {
    enum input_wait wait = process_waits_for_input(chat->supervisor.child.process);
    if (wait == INPUT_WAIT_YES || (wait == INPUT_WAIT_NO && !chat->prompt_seen)) {
        chat->power_off = true;
    } else if (!chat->interrupted) {
        sys_kill(chat->supervisor.child.process, SIGINT);
        chat->interrupted = true;
        chat->interrupted_at_ms = sys_now_ms();
    }
}

// Passes keys on to llama-cli, all but Ctrl+C and the Enter that completes "/poweroff".
static void handle_keys(struct chat *chat, const char *keys, size_t count) {
    for (size_t i = 0; i < count && !chat->power_off; i++) {
        enum key key = line_editor_feed(&chat->line, (unsigned char)keys[i]);
        if (key == KEY_INTERRUPT) {
            interrupt(chat);
            continue;
        }
        if (key == KEY_ENTER) {
            chat->power_off = line_editor_is(&chat->line, "/poweroff");
            line_editor_clear(&chat->line);
        }
        if (!chat->power_off) queue_append(&chat->input, keys + i, 1);
    }
}

static void read_console(struct chat *chat) {
    char keys[1024];
    size_t room = queue_room(&chat->input);
    long count = sys_read(console_fd(), keys, room < sizeof keys ? room : sizeof keys);
    if (count > 0) handle_keys(chat, keys, (size_t)count);
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
        if (!chat->prompt_seen) {
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

// Learns, while it matters, whether llama-cli has come to its prompt.
static void watch_for_prompt(struct chat *chat) {
    if (process_waits_for_input(chat->supervisor.child.process) == INPUT_WAIT_YES) {
        chat->prompt_seen = true;
        chat->interrupted = false;
    } else if (chat->interrupted && sys_now_ms() - chat->interrupted_at_ms >= INTERRUPT_PATIENCE_MS) {
        chat->interrupted = false;
    }
}

static void relay_once(struct chat *chat) {
    struct child *child = &chat->supervisor.child;
    struct exit_gate *gate = &child->gate;
    bool watching = !chat->prompt_seen || chat->interrupted;
    short console_events = (short)((chat->console_open && queue_room(&chat->input) > 0 ? POLLIN : 0) |
                                   (queue_length(&chat->output) > 0 ? POLLOUT : 0));
    short terminal_events = (short)((queue_room(&chat->output) > OUTPUT_FILTER_HELD_MAX ? POLLIN : 0) |
                                    (queue_length(&chat->input) > 0 ? POLLOUT : 0));
    // A descriptor nothing is wanted of is left out: its hang-up would keep poll from ever waiting.
    struct pollfd fds[] = {
        {console_events != 0 ? console_fd() : -1, console_events, 0},
        {terminal_events != 0 ? chat->terminal : -1, terminal_events, 0},
        {chat->watch_fd, POLLIN, 0},
        {gate->held ? -1 : gate->listener, POLLIN, 0},
    };
    long timeout_ms = gate->held ? GATE_INTERVAL_MS : watching ? WATCH_INTERVAL_MS : -1;
    sys_poll(fds, 4, supervisor_timeout_ms(&chat->supervisor, timeout_ms));

    if (fds[0].revents & POLLIN) read_console(chat);
    if (fds[1].revents & POLLOUT) queue_drain(&chat->input, chat->terminal, 0);
    if (fds[1].revents & (POLLIN | POLLHUP | POLLERR)) read_terminal(chat);
    write_console(chat);
    if (fds[2].revents & POLLIN) children_reap(chat->watch_fd, child);
    if (fds[3].revents & POLLIN) exit_gate_hold(gate);
    if (fds[3].revents & POLLHUP) exit_gate_close(gate);
    if (watching) watch_for_prompt(chat);
    if (gate->held) {
        struct pollfd output = {chat->terminal, POLLIN, 0};
        exit_gate_release_if_quiet(gate, child->process, &output, 1);
    }
    supervisor_enforce(&chat->supervisor);
}

// llama-cli colours the line being typed; stopped there, it leaves neither colour nor a half line behind.
static void finish_line(const struct chat *chat, const struct request *request) {
    if (chat->last_output == '\n') return;
    if (!text_equal(request->terminal_type, "dumb")) write_all(console_fd(), "\x1b[0m", 4);
    write_all(console_fd(), "\r\n", 2);
}

int chat_run(const struct model *model, const struct flags *flags, const struct request *request) {
    static struct chat chat; // not on the stack: the queues are large
    struct supervisor *supervisor = &chat.supervisor;
    console_line("zosia: starting llama-cli (model %s)", model->path);
    chat.console_open = true;
    chat.last_output = '\n';
    chat.watch_fd = children_watch();
    if (!start(&chat, model, flags, request)) return STATUS_FAILED;
    // The pseudo-terminal reports its end only after the last output has been read.
    while (!chat.power_off && !supervisor->abandoned &&
           (supervisor->child.running || chat.terminal >= 0)) {
        relay_once(&chat);
    }
    write_all(console_fd(), chat.output.bytes + chat.output.start, queue_length(&chat.output));
    finish_line(&chat, request);
    // llama-cli that ends on an interrupt, however it does, was asked to.
    if (chat.power_off || (chat.interrupted && !supervisor->stopped)) return STATUS_OK;
    if (chat.fault.found && !chat.prompt_seen && supervisor->child.status != STATUS_OK) {
        template_fault_report(&chat.fault);
        return STATUS_FAILED;
    }
    return supervisor_finish(supervisor);
}
