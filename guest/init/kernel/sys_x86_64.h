// System calls on x86_64: number in rax, arguments in rdi, rsi, rdx, r10, r8, r9, result in rax;
// rcx and r11 are lost (System V AMD64 ABI, appendix A.2). Numbers: arch/x86/entry/syscalls/syscall_64.tbl.
#ifndef ZOSIA_SYS_X86_64_H
#define ZOSIA_SYS_X86_64_H

enum {
    SYS_read = 0,
    SYS_write = 1,
    SYS_close = 3,
    SYS_fstat = 5,
    SYS_poll = 7, // aarch64 has only ppoll
    SYS_rt_sigaction = 13,
    SYS_rt_sigprocmask = 14,
    SYS_ioctl = 16,
    SYS_pread64 = 17,
    SYS_socket = 41,
    SYS_connect = 42,
    SYS_bind = 49,
    SYS_listen = 50,
    SYS_setsockopt = 54,
    SYS_clone = 56,
    SYS_execve = 59,
    SYS_wait4 = 61,
    SYS_kill = 62,
    SYS_fcntl = 72,
    SYS_fchown = 93,
    SYS_umask = 95,
    SYS_setsid = 112,
    SYS_setgroups = 116,
    SYS_setresuid = 117,
    SYS_setresgid = 119,
    SYS_setfsuid = 122,
    SYS_setfsgid = 123,
    SYS_prctl = 157,
    SYS_sync = 162,
    SYS_mount = 165,
    SYS_umount2 = 166,
    SYS_reboot = 169,
    SYS_readahead = 187,
    SYS_getdents64 = 217,
    SYS_clock_settime = 227,
    SYS_clock_gettime = 228,
    SYS_exit_group = 231,
    SYS_openat = 257,
    SYS_mkdirat = 258,
    SYS_mknodat = 259,
    SYS_readlinkat = 267,
    SYS_faccessat = 269,
    SYS_ppoll = 271,
    SYS_unshare = 272,
    SYS_accept4 = 288,
    SYS_signalfd4 = 289,
    SYS_dup3 = 292,
    SYS_pipe2 = 293,
    SYS_prlimit64 = 302,
    SYS_finit_module = 313,
    SYS_seccomp = 317,
    SYS_open_tree = 428,
    SYS_move_mount = 429,
    SYS_pidfd_open = 434,
    SYS_pidfd_getfd = 438,
    SYS_mount_setattr = 442,
};

static inline long syscall6(long number, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory", "cc");
    return result;
}

// The kernel enters with rsp aligned to 16 bytes; the call pushes the return address the ABI expects.
#define START_ASSEMBLY \
    ".globl _start\n" \
    "_start:\n" \
    "    xor %ebp, %ebp\n" \
    "    call init_main\n"

#endif
