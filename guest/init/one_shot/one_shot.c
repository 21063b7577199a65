#include "one_shot.h"

#include "answer.h"
#include "console/console.h"
#include "console/log_tail.h"
#include "kernel/sys.h"
#include "llama/generation.h"
#include "llama/llama.h"
#include "llama/reasoning.h"
#include "llama/trailer.h"
#include "process/relay.h"
#include "process/status.h"
#include "text/lines.h"
#include "text/text.h"

enum { LOG_LINES_SHOWN = 40, READ_MAX = 4096 };

// The outputs of the relay: llama-completion's standard output and error.
enum { TEXT_OUTPUT, LOG_OUTPUT };

// Past its time limit a run waits no longer for a host that does not take its answer.
enum { DELIVERY_TIMEOUT_MS = 2000 };

// What a read may add to the answer: a tag that the prompt opened, what was held back, and itself.
enum { ANSWER_ROOM_MIN = 64 + REASONING_HELD_MAX + TRAILER_MAX + READ_MAX };

struct one_shot {
    struct relay relay;
    bool begun; // the program has printed something
    size_t end_length;
    char end[TRAILER_MAX + READ_MAX]; // what it printed last, which may be its trailer
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
        sys_set_nonblocking(output[0], O_RDONLY);
        sys_set_nonblocking(log[0], O_RDONLY);
        started = relay_start(&run->relay, &setup, flags_time_limit_s(flags, 0), output[0], log[0]);
    } else {
        console_line("zosia: cannot prepare the streams of llama-completion");
    }
    sys_close(nothing);
    sys_close(output[1]);
    sys_close(log[1]);
    return started;
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
    long count = sys_read(run->relay.outputs[LOG_OUTPUT], bytes, sizeof bytes);
    if (count > 0) lines_feed(&run->log_lines, bytes, (size_t)count, take_log_line, run);
    bool more = relay_note_read(&run->relay, LOG_OUTPUT, count);
    if (!more && run->log_lines.length > 0) lines_feed(&run->log_lines, "\n", 1, take_log_line, run);
    return count > 0;
}

static void serve_log(void *owner, short events) {
    (void)events;
    read_log(owner);
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
    while (run->relay.outputs[LOG_OUTPUT] >= 0 && read_log(run)) {
    }
    struct generation *generation = &run->generation;
    reasoning_begin(&run->reasoning, run->request->reasoning_hidden,
                    generation->conversing ? generation->prompt_end : "", append_to_answer, run);
    run->begun = true;
}

static void read_answer(void *owner, short events) {
    (void)events;
    struct one_shot *run = owner;
    long count = sys_read(run->relay.outputs[TEXT_OUTPUT], run->end + run->end_length, READ_MAX);
    if (count > 0) {
        if (!run->begun) begin_text(run);
        run->end_length += (size_t)count;
        // How much of the end is the program's own trailer is known only when nothing more comes.
        take_text(run, TRAILER_MAX);
    }
    relay_note_read(&run->relay, TEXT_OUTPUT, count);
}

// Returns how the generation ended.
static const char *finish_text(struct one_shot *run) {
    bool says_end = trailer_says_end(run->end, run->end_length);
    const char *reason = generation_reason(&run->generation, says_end);
    run->end_length = trailer_strip(run->end, run->end_length, text_equal(reason, "end"));
    take_text(run, 0);
    reasoning_end(&run->reasoning, append_to_answer, run);
    return reason;
}

static void serve_port(void *owner, short events) {
    struct one_shot *run = owner;
    if (events & POLLHUP) answer_give_up(&run->answer);
}

static long prepare(void *owner) {
    struct one_shot *run = owner;
    struct relay *relay = &run->relay;
    if (queue_room(&run->answer.text) >= ANSWER_ROOM_MIN) {
        relay_await(relay, relay->outputs[TEXT_OUTPUT], POLLIN, read_answer);
    }
    relay_await(relay, relay->outputs[LOG_OUTPUT], POLLIN, serve_log);
    if (answer_waits(&run->answer)) relay_await(relay, run->answer.port, POLLOUT, serve_port);
    return -1;
}

static void finish_turn(void *owner) {
    struct one_shot *run = owner;
    const struct child *child = &run->relay.supervisor.child;
    if (run->generation.prompt_too_long && child->running) sys_kill(child->process, SIGKILL);
    answer_write(&run->answer);
}

// Failures that have a line of their own, instead of the program's last lines.
static int known_failure(const struct one_shot *run) {
    const struct generation *generation = &run->generation;
    if (run->relay.supervisor.stopped || run->relay.supervisor.child.status == STATUS_OK) return STATUS_OK;
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
    static const struct relay_owner functions = {.prepare = prepare, .finish_turn = finish_turn};
    static struct one_shot run; // not on the stack: its buffers are large
    struct supervisor *supervisor = &run.relay.supervisor;
    console_line("zosia: starting llama-completion (model %s)", model->path);
    answer_open(&run.answer);
    run.relay.interruptible = true;
    if (!start(&run, model, flags, request)) return STATUS_FAILED;
    relay_run(&run.relay, &functions, &run);
    if (supervisor->stopped) run.answer.timeout_ms = DELIVERY_TIMEOUT_MS;
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
