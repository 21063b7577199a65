#include "one_shot.h"

#include "answer.h"
#include "console.h"
#include "llama.h"
#include "log_tail.h"
#include "status.h"
#include "supervisor.h"
#include "sys.h"

enum { GATE_INTERVAL_MS = 1, LOG_LINES_SHOWN = 40, CONTROL_C = 0x03 };

// Past its time limit a run waits no longer for a host that does not take its answer.
enum { LAST_WORDS_PATIENCE_MS = 2000 };

struct one_shot {
    struct supervisor supervisor;
    int output; // the read ends of the program's standard output and error; -1 once they are closed
    int log_output;
    int watch_fd;
    bool console_open;
    struct answer answer;
    struct log_tail log;
};

static bool start(struct one_shot *run, const struct model *model, const struct flags *flags,
                  const struct request *request) {
    static struct llama_command command;
    llama_answer_command(&command, model, flags, request);
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

static void read_answer(struct one_shot *run) {
    long count = queue_fill(&run->answer.text, run->output);
    if (count > 0) exit_gate_postpone(&run->supervisor.child.gate);
    if (!is_open_after(count)) {
        sys_close(run->output);
        run->output = -1;
    }
}

static void read_log(struct one_shot *run) {
    char bytes[4096];
    long count = sys_read(run->log_output, bytes, sizeof bytes);
    if (count > 0) {
        log_tail_append(&run->log, bytes, (size_t)count);
        exit_gate_postpone(&run->supervisor.child.gate);
    }
    if (!is_open_after(count)) {
        sys_close(run->log_output);
        run->log_output = -1;
    }
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
    bool room = queue_room(&answer->text) > 0;
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
    answer_write(answer);
    if (gate->held) {
        struct pollfd outputs[] = {{run->output, POLLIN, 0}, {run->log_output, POLLIN, 0}};
        exit_gate_release_if_quiet(gate, child->process, outputs, 2);
    }
    supervisor_enforce(&run->supervisor);
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
    bool delivered = answer_finish(&run.answer);
    if (supervisor->child.status != STATUS_OK || supervisor->stopped) {
        log_tail_print(&run.log, LOG_LINES_SHOWN);
    }
    int status = supervisor_finish(supervisor);
    if (status != STATUS_OK) return status;
    if (!delivered) console_line("zosia: the host stopped reading the answer");
    return delivered ? STATUS_OK : STATUS_FAILED;
}
