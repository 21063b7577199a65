#include "llama_cli.h"

#include "console/console.h"
#include "kernel/procfs.h"
#include "kernel/sys.h"
#include "llama/llama.h"
#include "process/status.h"
#include "text/text.h"

// The output of the relay.
enum { TERMINAL };

enum { INTERRUPT_REPEAT_MS = 1000 };

int llama_cli_terminal(const struct llama_cli *llama) { return llama->relay.outputs[TERMINAL]; }

// Opens a pseudo-terminal of that size. Returns its slave side, or a negated errno.
static int open_terminal(int *master, const struct window_size *window) {
    const int unlock = 0;
    *master = sys_open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (*master < 0) return *master;
    sys_ioctl(*master, TIOCSPTLCK, &unlock);
    sys_ioctl(*master, TIOCSWINSZ, window);
    return (int)sys_ioctl(*master, TIOCGPTPEER, (const void *)(long)(O_RDWR | O_NOCTTY | O_CLOEXEC));
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

bool llama_cli_start(struct llama_cli *llama, const struct model *model, const struct flags *flags,
                     const struct request *request) {
    static struct llama_command command;
    int input[2], terminal;
    llama_chat_command(&command, model, flags, request);
    drop_option(&command, "--multiline-input");
    drop_option(&command, "-mli");
    int slave = open_terminal(&terminal, &request->window);
    if (slave < 0) {
        console_line("zosia: cannot open a pseudo-terminal (errno %d)", -slave);
        return false;
    }
    long error = sys_pipe(input);
    if (error < 0) {
        console_line("zosia: cannot open a pipe (errno %d)", (int)-error);
        return false;
    }
    llama->input = input[1];
    sys_set_nonblocking(llama->input, O_WRONLY);
    const struct child_setup setup = {
        .arguments = command.arguments,
        .environment = command.environment,
        .input = input[0],
        .output = slave,
        .error = slave,
        .own_terminal = true,
        .confined = true,
    };
    bool started = relay_start(&llama->relay, &setup, flags_time_limit_s(flags, 0), terminal, -1);
    sys_close(slave);
    sys_close(input[0]);
    return started;
}

static void take_log_line(const char *line, void *context) { template_fault_take_line(context, line); }

void llama_cli_read(struct llama_cli *llama, struct screen *screen) {
    struct queue *output = &screen->output;
    size_t before = queue_length(output);
    long count = output_filter_fill(&llama->filter, output, llama_cli_terminal(llama));
    if (count > 0) screen_note_output(screen);
    // A template that cannot be used keeps llama-cli from ever coming to its prompt.
    if (count > 0 && !llama->loaded) {
        size_t passed = queue_length(output) - before;
        lines_feed(&llama->log_lines, output->bytes + output->end - passed, passed, take_log_line,
                   &llama->fault);
    }
    relay_note_read(&llama->relay, TERMINAL, count); // EIO: the program has ended
}

void llama_cli_resize(struct llama_cli *llama, const struct window_size *window) {
    int terminal = llama_cli_terminal(llama);
    if (terminal >= 0) sys_ioctl(terminal, TIOCSWINSZ, window);
}

void llama_cli_begin_message(struct llama_cli *llama) {
    llama->interrupt_wanted = llama->interrupted = false;
}

void llama_cli_interrupt(struct llama_cli *llama) { llama->interrupt_wanted = true; }

bool llama_cli_was_just_interrupted(const struct llama_cli *llama) {
    return sys_now_ms() < llama->interrupted_until_ms;
}

// Whether llama-cli has read all that was sent to it. Until it wakes up to do so, it waits for input as it
// does at its prompt, and on a busy machine that takes a while.
static bool has_read_everything(const struct llama_cli *llama) {
    int unread = 0;
    return sys_ioctl(llama->input, FIONREAD, &unread) < 0 || unread == 0;
}

bool llama_cli_has_come_to_prompt(struct llama_cli *llama, const struct screen *screen) {
    // In this order: what it waits for is asked when it has read the message.
    if (!has_read_everything(llama)) return false;
    int process = llama->relay.supervisor.child.process;
    enum process_wait wait = process_waits(process);
    struct pollfd output = {llama_cli_terminal(llama), POLLIN, 0};
    bool looks_like_prompt = wait == WAITS_UNKNOWN && screen->holds_prompt;
    if ((wait == WAITS_FOR_INPUT || looks_like_prompt) && sys_poll(&output, 1, 0) <= 0) {
        llama->loaded = true;
        if (llama->interrupt_wanted) llama->interrupted_until_ms = sys_now_ms() + INTERRUPT_REPEAT_MS;
        llama->interrupt_wanted = llama->interrupted = false;
        return true;
    }
    // As soon as it waits for an answer. Earlier, while it takes the message, or later, an interrupt would
    // end it; so would a second one.
    if (llama->interrupt_wanted && !llama->interrupted && wait == WAITS_FOR_EVENTS) {
        sys_kill(process, SIGINT);
        llama->interrupted = true;
    }
    return false;
}

bool llama_cli_reports_template(const struct llama_cli *llama) {
    bool failed = llama->relay.supervisor.child.status != STATUS_OK;
    if (!failed || llama->loaded || !llama->fault.found) return false;
    template_fault_report(&llama->fault);
    return true;
}
