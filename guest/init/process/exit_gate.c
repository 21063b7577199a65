#include "exit_gate.h"

#include "kernel/procfs.h"
#include "kernel/sys.h"

enum { REST_TIMEOUT_MS = 5000, REST_LOOKS = 2500 };

int exit_gate_install(void) {
    static const struct bpf_instruction instructions[] = {
        // Under another architecture's calling convention the number means another call.
        {BPF_LOAD_WORD_ABSOLUTE, 0, 0, offsetof(struct seccomp_data, architecture)},
        {BPF_JUMP_IF_EQUAL, 0, 3, AUDIT_ARCH_NATIVE},
        {BPF_LOAD_WORD_ABSOLUTE, 0, 0, offsetof(struct seccomp_data, number)},
        {BPF_JUMP_IF_EQUAL, 0, 1, SYS_exit_group},
        {BPF_RETURN, 0, 0, SECCOMP_RET_USER_NOTIF},
        {BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW},
    };
    const struct bpf_program filter = {sizeof instructions / sizeof instructions[0], instructions};
    return sys_seccomp_listener(&filter);
}

void exit_gate_hold(struct exit_gate *gate) {
    struct seccomp_notification notification = {0}; // the kernel insists on zeros
    if (sys_ioctl(gate->listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) < 0) return;
    gate->held = true;
    gate->notification = notification.id;
    gate->thread = (int)notification.thread;
    exit_gate_postpone(gate);
}

void exit_gate_close(struct exit_gate *gate) {
    sys_close(gate->listener);
    gate->listener = -1;
    gate->held = false;
}

void exit_gate_postpone(struct exit_gate *gate) {
    if (gate->held) gate->rest = wait_limit_of(REST_TIMEOUT_MS, REST_LOOKS);
}

void exit_gate_release_if_quiet(struct exit_gate *gate, int process, struct pollfd *outputs, size_t count) {
    // Threads first, output second: what a thread printed before it fell asleep is readable by now.
    bool at_rest = process_threads_sleep(process, gate->thread) || wait_limit_reached(&gate->rest);
    if (!at_rest || sys_poll(outputs, count, 0) > 0) return;
    struct seccomp_response response = {
        .id = gate->notification,
        .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
    };
    sys_ioctl(gate->listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
    gate->held = false;
}
