#include "one_shot.h"

#include "answer.h"
#include "console/console.h"
#include "console/log_tail.h"
#include "kernel/sys.h"
#include "llama/farewell.h"
#include "llama/generation.h"
#include "llama/llama.h"
#include "llama/reasoning.h"
#include "process/status.h"
#include "process/supervisor.h"
#include "text/lines.h"
#include "text/text.h"

enum { GATE_INTERVAL_MS = 1, LOG_LINES_SHOWN = 40, CONTROL_C = 0x03, READ_MAX = 4096 };

// Past its time limit a run waits no longer for a host that does not take its answer.
enum { LAST_WORDS_PATIENCE_MS = 2000 };

// What a read may add to the answer: a tag that the prompt opened, what was held back, and itself.
enum { ANSWER_ROOM_MIN = 64 + REASONING_HELD_MAX + FAREWELL_MAX + READ_MAX };

struct one_shot {
    struct supervisor supervisor;
    int output; // the read ends of the program's standard output and error; -1 once they are closed
    int log_output;
    int watch_fd;
    bool console_open;
    bool begun; // the program has printed something
    size_t end_length;
    char end[FAREWELL_MAX + READ_MAX]; // what it printed last, which may be its farewell
    struct reasoning reasoning;
    struct answer answer;
    struct lines log_lines;
    struct generation generation;
    struct log_tail log;
    const struct request *request;
};

static bool start(struct one_shot *run, const struct model *model, const struct flags *flags,
                  const struct request *request) {
    static struct llama_command command;
    llama_answer_command(&command, model, flags, request);
    run->request = request;
    run->generation.context_asked = command.context_asked;
    int output[2] = {-1, -1}, log[2] = {-1, -1};
    int nothing = sys_open("/dev/null", O_RDONLY);
    bool started = false;
    if (nothing >= 0 && sys_pipe(output) >= 0 && sys_pipe(log) >= 0) {
        const struct child_setup setup = {
            .arguments = command.arguments,
            .environment = command.environment,
            .input = nothing,
            .output = output[1],
            .error = log[1],
            .confined = true,
        };
        started = supervisor_start(&run->supervisor, &setup, flags_time_limit_s(flags, 0));
    } else {
        console_line("zosia: cannot prepare the streams of llama-completion");
    }
    sys_close(nothing);
    sys_close(output[1]);
    sys_close(log[1]);
    sys_set_nonblocking(output[0], O_RDONLY);
    sys_set_nonblocking(log[0], O_RDONLY);
    run->output = output[0];
    run->log_output = log[0];
    return started;
}

// Returns whether more may come.
static bool is_open_after(long read_count) {
    return read_count > 0 || read_count == -EAGAIN || read_count == -EINTR;
}

static void take_log_line(const char *line, void *context) {
    struct one_shot *run = context;
    if (!generation_take_line(&run->generation, line)) return;
    log_tail_append(&run->log, line, text_length(line));
    log_tail_append(&run->log, "\n", 1);
}

// Returns whether there may be more at once.
static bool read_log(struct one_shot *run) {
    char bytes[READ_MAX];
    long count = sys_read(run->log_output, bytes, sizeof bytes);
    if (count > 0) {
        lines_feed(&run->log_lines, bytes, (size_t)count, take_log_line, run);
        exit_gate_postpone(&run->supervisor.child.gate);
    }
    if (!is_open_after(count)) {
        if (run->log_lines.length > 0) lines_feed(&run->log_lines, "\n", 1, take_log_line, run);
        sys_close(run->log_output);
        run->log_output = -1;
    }
    return count > 0;
}

static void append_to_answer(const char *bytes, size_t size, void *context) {
    struct one_shot *run = context;
    queue_append(&run->answer.text, bytes, size);
}

// Takes all but the last `kept` bytes that the program printed as generated text.
static void take_text(struct one_shot *run, size_t kept) {
    if (run->end_length <= kept) return;
    size_t length = run->end_length - kept;
    reasoning_feed(&run->reasoning, run->end, length, append_to_answer, run);
    memmove(run->end, run->end + length, kept);
    run->end_length = kept;
}

static void begin_text(struct one_shot *run) {
    // The text's first byte comes after the log's lines about the prompt.
    while (run->log_output >= 0 && read_log(run)) {}
    struct generation *generation = &run->generation;
    reasoning_begin(&run->reasoning, run->request->reasoning_hidden,
                    generation->conversing ? generation->prompt_end : "", append_to_answer, run);
    run->begun = true;
}

static void read_answer(struct one_shot *run) {
    long count = sys_read(run->output, run->end + run->end_length, READ_MAX);
    if (count > 0) {
        if (!run->begun) begin_text(run);
        run->end_length += (size_t)count;
        // How much of the end is the program's own farewell is known only when nothing more comes.
        take_text(run, FAREWELL_MAX);
        exit_gate_postpone(&run->supervisor.child.gate);
    }
    if (!is_open_after(count)) {
        sys_close(run->output);
        run->output = -1;
    }
}

// Returns how the generation ended.
static const char *finish_text(struct one_shot *run) {
    bool says_end = farewell_says_end(run->end, run->end_length);
    const char *reason = generation_reason(&run->generation, says_end);
    run->end_length = farewell_strip(run->end, run->end_length, text_equal(reason, "end"));
    take_text(run, 0);
    reasoning_end(&run->reasoning, append_to_answer, run);
    return reason;
}

// Ctrl+C on the console gives up; every other key is ignored.
static void read_console(struct one_shot *run) {
    char keys[64];
    long count = sys_read(console_fd(), keys, sizeof keys);
    for (long i = 0; i < count; i++) {
        if (keys[i] == CONTROL_C) sys_kill(run->supervisor.child.process, SIGINT);
    }
    run->console_open = is_open_after(count);
}

static void relay_once(struct one_shot *run) {
    struct child *child = &run->supervisor.child;
    struct exit_gate *gate = &child->gate;
    struct answer *answer = &run->answer;
    bool room = queue_room(&answer->text) >= ANSWER_ROOM_MIN;
    struct pollfd fds[] = {
        {room ? run->output : -1, POLLIN, 0},
        {run->log_output, POLLIN, 0},
        {run->console_open ? console_fd() : -1, POLLIN, 0},
        {run->watch_fd, POLLIN, 0},
        {gate->held ? -1 : gate->listener, POLLIN, 0},
        {answer_waits(answer) ? answer->port : -1, POLLOUT, 0},
    };
    sys_poll(fds, 6, supervisor_timeout_ms(&run->supervisor, gate->held ? GATE_INTERVAL_MS : -1));

    if (fds[0].revents != 0) read_answer(run);
    if (fds[1].revents != 0) read_log(run);
    if (fds[2].revents != 0) read_console(run);
    if (fds[3].revents != 0) children_reap(run->watch_fd, child);
    if (fds[4].revents & POLLIN) exit_gate_hold(gate);
    if (fds[4].revents & POLLHUP) exit_gate_close(gate);
    if (fds[5].revents & POLLHUP) answer_give_up(answer);
    if (run->generation.prompt_too_long && child->running) sys_kill(child->process, SIGKILL);
    answer_write(answer);
    if (gate->held) {
        struct pollfd outputs[] = {{run->output, POLLIN, 0}, {run->log_output, POLLIN, 0}};
        exit_gate_release_if_quiet(gate, child->process, outputs, 2);
    }
    supervisor_enforce(&run->supervisor);
}

// Failures that have a line of their own, instead of the program's last lines.
static int known_failure(const struct one_shot *run) {
    const struct generation *generation = &run->generation;
    if (run->supervisor.stopped || run->supervisor.child.status == STATUS_OK) return STATUS_OK;
    if (generation->prompt_too_long) {
        console_line("zosia: the prompt is too long: tokens=%d room=%d", (int)generation->prompt_tokens,
                     (int)generation->prompt_room);
        return STATUS_FAILED;
    }
    if (generation->fault.found) {
        template_fault_report(&generation->fault);
        return STATUS_FAILED;
    }
    return STATUS_OK;
}

int one_shot_run(const struct model *model, const struct flags *flags, const struct request *request) {
    static struct one_shot run; // not on the stack: its buffers are large
    struct supervisor *supervisor = &run.supervisor;
    console_line("zosia: starting llama-completion (model %s)", model->path);
    answer_open(&run.answer);
    run.console_open = true;
    run.watch_fd = children_watch();
    if (!start(&run, model, flags, request)) return STATUS_FAILED;
    while ((supervisor->child.running || run.output >= 0 || run.log_output >= 0) &&
           !supervisor->abandoned) {
        relay_once(&run);
    }
    if (supervisor->stopped) run.answer.patience_ms = LAST_WORDS_PATIENCE_MS;
    const struct generation *generation = &run.generation;
    const char *reason = finish_text(&run);
    bool delivered = answer_finish(&run.answer);
    int failure = known_failure(&run);
    if (failure != STATUS_OK) return failure;
    if (supervisor->child.status != STATUS_OK || supervisor->stopped) {
        log_tail_print(&run.log, LOG_LINES_SHOWN);
    }
    int status = supervisor_finish(supervisor);
    if (status != STATUS_OK) return status;
    if (!delivered) console_line("zosia: the host stopped reading the answer");
    console_line("zosia: answer end=%s prompt_tokens=%d tokens=%d context=%d", reason,
                 (int)generation->prompt_tokens, (int)generation->drawn_tokens,
                 (int)generation->context_tokens);
    return delivered ? STATUS_OK : STATUS_FAILED;
}
