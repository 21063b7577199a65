// Runs the program that its arguments name as init runs one, prints what it printed, and then its
// status on a line of its own. Prints "no gate" first if the kernel cannot hold processes at their exit.
#include "kernel/file.h"
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "process/child.h"
#include "text/text.h"

__asm__(START_ASSEMBLY);

enum { ARGUMENTS_MAX = 64 };

static const char *arguments[ARGUMENTS_MAX + 1];

static void read_arguments(void) {
    static char list[16 * 1024];
    long length = file_read("/proc/self/cmdline", list, sizeof list);
    const char *end = list + (length > 0 ? length : 0);
    const char *at = list + text_length(list) + 1;
    for (size_t count = 0; at < end && count < ARGUMENTS_MAX; count++) {
        arguments[count] = at;
        at += text_length(at) + 1;
    }
}

static void relay(struct child *child, int watch_fd, int output) {
    static struct queue queue;
    struct exit_gate *gate = &child->gate;
    while (child->running || output >= 0) {
        struct pollfd fds[] = {
            {output, POLLIN, 0},
            {watch_fd, POLLIN, 0},
            {gate->held ? -1 : gate->listener, POLLIN, 0},
        };
        sys_poll(fds, 3, gate->held ? 1 : -1);
        if (fds[0].revents != 0) {
            if (queue_fill(&queue, output) > 0) {
                exit_gate_postpone(gate);
            } else {
                output = -1;
            }
            write_all(1, queue.bytes, queue_length(&queue));
            queue.start = queue.end = 0;
        }
        if (fds[1].revents != 0) children_reap(watch_fd, child);
        if (fds[2].revents & POLLIN) exit_gate_hold(gate);
        if (fds[2].revents & POLLHUP) exit_gate_close(gate);
        if (gate->held) {
            struct pollfd readable = {output, POLLIN, 0};
            exit_gate_release_if_quiet(gate, child->process, &readable, 1);
        }
    }
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    int output[2];
    char line[32];
    struct child child;
    read_arguments();
    sys_pipe(output);
    const struct child_setup setup = {arguments, environment, 0, output[1], 2, false, false};
    int watch_fd = children_watch();
    bool started = child_start(&child, &setup);
    sys_close(output[1]);
    if (!started) sys_exit(1);
    if (child.gate.listener < 0) write_all(1, "no gate\n", 8);
    relay(&child, watch_fd, output[0]);
    write_all(1, line, text_format(line, sizeof line, "status %d\n", child.status));
    sys_exit(0);
}
