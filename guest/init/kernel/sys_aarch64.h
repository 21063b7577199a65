// System calls on aarch64: number in x8, arguments in x0..x5, result in x0
// (Documentation/arch/arm64, man 2 syscall). Numbers: include/uapi/asm-generic/unistd.h.
#ifndef ZOSIA_SYS_AARCH64_H
#define ZOSIA_SYS_AARCH64_H

enum {
    SYS_dup3 = 24,
    SYS_fcntl = 25,
    SYS_ioctl = 29,
    SYS_mknodat = 33,
    SYS_mkdirat = 34,
    SYS_umount2 = 39,
    SYS_mount = 40,
    SYS_faccessat = 48,
    SYS_fchown = 55,
    SYS_openat = 56,
    SYS_close = 57,
    SYS_pipe2 = 59,
    SYS_getdents64 = 61,
    SYS_read = 63,
    SYS_write = 64,
    SYS_pread64 = 67,
    SYS_ppoll = 73,
    SYS_signalfd4 = 74,
    SYS_readlinkat = 78,
    SYS_fstat = 80,
    SYS_sync = 81,
    SYS_exit_group = 94,
    SYS_unshare = 97,
    SYS_clock_settime = 112,
    SYS_clock_gettime = 113,
    SYS_kill = 129,
    SYS_rt_sigaction = 134,
    SYS_rt_sigprocmask = 135,
    SYS_reboot = 142,
    SYS_setresuid = 147,
    SYS_setresgid = 149,
    SYS_setfsuid = 151,
    SYS_setfsgid = 152,
    SYS_setsid = 157,
    SYS_setgroups = 159,
    SYS_umask = 166,
    SYS_prctl = 167,
    SYS_socket = 198,
    SYS_bind = 200,
    SYS_listen = 201,
    SYS_connect = 203,
    SYS_setsockopt = 208,
    SYS_readahead = 213,
    SYS_clone = 220,
    SYS_execve = 221,
    SYS_accept4 = 242,
    SYS_wait4 = 260,
    SYS_prlimit64 = 261,
    SYS_finit_module = 273,
    SYS_seccomp = 277,
    SYS_open_tree = 428,
    SYS_move_mount = 429,
    SYS_pidfd_open = 434,
    SYS_pidfd_getfd = 438,
    SYS_mount_setattr = 442,
};

static inline long syscall6(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory", "cc");
    return x0;
}

// The kernel enters with sp aligned to 16 bytes; fp and lr are cleared to end every backtrace here.
#define START_ASSEMBLY \
    ".globl _start\n" \
    "_start:\n" \
    "    mov x29, #0\n" \
    "    mov x30, #0\n" \
    "    bl init_main\n"

#endif
