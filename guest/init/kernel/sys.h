// System calls as functions. Each returns what the kernel returns: a result, or a negated errno.
#ifndef ZOSIA_SYS_H
#define ZOSIA_SYS_H

#include "abi.h"

#if defined(__aarch64__)
#include "sys_aarch64.h"
#elif defined(__x86_64__)
#include "sys_x86_64.h"
#else
#error "init is written for aarch64 and x86_64"
#endif

#define SYSCALL(number, a, b, c, d, e) \
    syscall6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

static inline long sys_read(int fd, void *bytes, size_t size) {
    return SYSCALL(SYS_read, fd, bytes, size, 0, 0);
}
static inline long sys_write(int fd, const void *bytes, size_t size) {
    return SYSCALL(SYS_write, fd, bytes, size, 0, 0);
}
static inline long sys_pread(int fd, void *bytes, size_t size, long offset) {
    return SYSCALL(SYS_pread64, fd, bytes, size, offset, 0);
}
static inline long sys_read_ahead(int fd, long offset, size_t size) {
    return SYSCALL(SYS_readahead, fd, offset, size, 0, 0);
}
static inline long sys_file_status(int fd, struct file_status *status) {
    return SYSCALL(SYS_fstat, fd, status, 0, 0, 0);
}
static inline int sys_open(const char *path, int flags) {
    return (int)SYSCALL(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0, 0);
}
static inline long sys_close(int fd) { return SYSCALL(SYS_close, fd, 0, 0, 0, 0); }
static inline long sys_ioctl(int fd, unsigned long request, const void *argument) {
    return SYSCALL(SYS_ioctl, fd, request, argument, 0, 0);
}
static inline long sys_set_nonblocking(int fd, int access_mode) {
    return SYSCALL(SYS_fcntl, fd, F_SETFL, access_mode | O_NONBLOCK, 0, 0);
}
static inline long sys_mkdir(const char *path, int mode) {
    return SYSCALL(SYS_mkdirat, AT_FDCWD, path, mode, 0, 0);
}
static inline long sys_access(const char *path, int mode) {
    return SYSCALL(SYS_faccessat, AT_FDCWD, path, mode, 0, 0);
}
// The target is not ended by NUL, and cut off at `size` bytes.
static inline long sys_read_link(const char *path, char *target, size_t size) {
    return SYSCALL(SYS_readlinkat, AT_FDCWD, path, target, size, 0);
}
static inline long sys_read_directory(int fd, void *entries, size_t size) {
    return SYSCALL(SYS_getdents64, fd, entries, size, 0, 0);
}
static inline long sys_mount(const char *source, const char *target, const char *type, unsigned long flags,
                             const char *options) {
    return SYSCALL(SYS_mount, source, target, type, flags, options);
}
static inline long sys_unmount(const char *target, int flags) {
    return SYSCALL(SYS_umount2, target, flags, 0, 0, 0);
}
static inline long sys_set_file_mode_mask(int mask) { return SYSCALL(SYS_umask, mask, 0, 0, 0, 0); }
static inline long sys_make_device(const char *path, int mode, unsigned device) {
    return SYSCALL(SYS_mknodat, AT_FDCWD, path, mode, device, 0);
}
static inline long sys_change_owner(int fd, int user, int group) {
    return SYSCALL(SYS_fchown, fd, user, group, 0, 0);
}
static inline int sys_clone_mount(const char *path) {
    return (int)SYSCALL(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC, 0, 0);
}
static inline long sys_set_mount_attributes(int mount, const struct mount_attributes *attributes) {
    return SYSCALL(SYS_mount_setattr, mount, "", AT_EMPTY_PATH, attributes, sizeof *attributes);
}
static inline long sys_attach_mount(int mount, const char *path) {
    return SYSCALL(SYS_move_mount, mount, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
}
static inline void sys_sync(void) { SYSCALL(SYS_sync, 0, 0, 0, 0, 0); }
static inline long sys_pipe(int ends[2]) { return SYSCALL(SYS_pipe2, ends, O_CLOEXEC, 0, 0, 0); }
static inline long sys_dup(int from, int to) { return SYSCALL(SYS_dup3, from, to, 0, 0, 0); }
static inline long sys_socket(int family, int type, int protocol) {
    return SYSCALL(SYS_socket, family, type, protocol, 0, 0);
}
static inline long sys_connect(int fd, const struct unix_address *address) {
    return SYSCALL(SYS_connect, fd, address, sizeof *address, 0, 0);
}
static inline long sys_connect_internet(int fd, const struct internet_address *address) {
    return SYSCALL(SYS_connect, fd, address, sizeof *address, 0, 0);
}
static inline long sys_bind_internet(int fd, const struct internet_address *address) {
    return SYSCALL(SYS_bind, fd, address, sizeof *address, 0, 0);
}
static inline long sys_listen(int fd, int waiting_max) {
    return SYSCALL(SYS_listen, fd, waiting_max, 0, 0, 0);
}
static inline int sys_accept(int fd, int flags) {
    return (int)SYSCALL(SYS_accept4, fd, NULL, NULL, flags, 0);
}
static inline long sys_set_socket_option(int fd, int level, int option, int value) {
    return SYSCALL(SYS_setsockopt, fd, level, option, &value, sizeof value);
}
static inline long sys_load_module(int fd, const char *parameters) {
    return SYSCALL(SYS_finit_module, fd, parameters, 0, 0, 0);
}

// Waits until a descriptor is ready or `timeout_ms` has passed; a negative timeout waits for ever.
static inline long sys_poll(struct pollfd *fds, size_t count, long timeout_ms) {
    struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000};
    return SYSCALL(SYS_ppoll, fds, count, timeout_ms < 0 ? NULL : &timeout, NULL, 0);
}
static inline void sys_sleep_ms(long duration_ms) { sys_poll(NULL, 0, duration_ms); }
static inline long sys_now_ms(void) {
    struct timespec now = {0, 0};
    SYSCALL(SYS_clock_gettime, CLOCK_MONOTONIC, &now, 0, 0, 0);
    return now.seconds * 1000 + now.nanoseconds / 1000000;
}

static inline long sys_set_clock(const struct timespec *since_1970) {
    return SYSCALL(SYS_clock_settime, CLOCK_REALTIME, since_1970, 0, 0, 0);
}

static inline int sys_fork(void) { return (int)SYSCALL(SYS_clone, SIGCHLD, 0, 0, 0, 0); }
static inline int sys_fork_into(unsigned long namespaces) {
    return (int)SYSCALL(SYS_clone, namespaces | SIGCHLD, 0, 0, 0, 0);
}
static inline long sys_leave(unsigned long namespaces) {
    return SYSCALL(SYS_unshare, namespaces, 0, 0, 0, 0);
}
static inline long sys_set_users(int user) { return SYSCALL(SYS_setresuid, user, user, user, 0, 0); }
static inline long sys_set_groups(int group) {
    long error = SYSCALL(SYS_setgroups, 0, NULL, 0, 0, 0);
    return error < 0 ? error : SYSCALL(SYS_setresgid, group, group, group, 0, 0);
}
// Whose permissions count for files, until it is set again (man 2 setfsuid); errors are not told.
static inline void sys_set_file_user(int user, int group) {
    SYSCALL(SYS_setfsgid, group, 0, 0, 0, 0);
    SYSCALL(SYS_setfsuid, user, 0, 0, 0, 0);
}
static inline long sys_process_control(int operation, unsigned long argument) {
    return SYSCALL(SYS_prctl, operation, argument, 0, 0, 0);
}
static inline long sys_set_limit(int resource, const struct resource_limit *limit) {
    return SYSCALL(SYS_prlimit64, 0, resource, limit, NULL, 0);
}
static inline long sys_execute(const char *path, const char *const *arguments,
                               const char *const *environment) {
    return SYSCALL(SYS_execve, path, arguments, environment, 0, 0);
}
static inline _Noreturn void sys_exit(int status) {
    for (;;) SYSCALL(SYS_exit_group, status, 0, 0, 0, 0);
}
static inline int sys_wait_any(int *wait_status, int options) {
    return (int)SYSCALL(SYS_wait4, -1, wait_status, options, NULL, 0);
}
static inline long sys_new_session(void) { return SYSCALL(SYS_setsid, 0, 0, 0, 0, 0); }
static inline long sys_kill(int process, int signal) { return SYSCALL(SYS_kill, process, signal, 0, 0, 0); }
static inline long sys_set_signal_action(int signal, const struct signal_action *action) {
    return SYSCALL(SYS_rt_sigaction, signal, action, NULL, sizeof(signal_set), 0);
}
static inline long sys_set_signal_mask(signal_set mask) {
    return SYSCALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask, 0);
}
static inline int sys_signalfd(signal_set mask) {
    return (int)SYSCALL(SYS_signalfd4, -1, &mask, sizeof mask, O_CLOEXEC | O_NONBLOCK, 0);
}
static inline int sys_pidfd_open(int process) { return (int)SYSCALL(SYS_pidfd_open, process, 0, 0, 0, 0); }
static inline int sys_pidfd_getfd(int pidfd, int fd) {
    return (int)SYSCALL(SYS_pidfd_getfd, pidfd, fd, 0, 0, 0);
}
static inline int sys_seccomp_listener(const struct bpf_program *filter) {
    return (int)SYSCALL(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, filter, 0,
                        0);
}
static inline long sys_reboot(unsigned command) {
    return SYSCALL(SYS_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, command, 0, 0);
}

#endif
