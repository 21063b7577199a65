// The system calls that the peer needs beyond those in init's headers.
#ifndef ZOSIA_PEER_LINUX_H
#define ZOSIA_PEER_LINUX_H

#include "sys.h"

// Numbers: include/uapi/asm-generic/unistd.h, arch/x86/entry/syscalls/syscall_64.tbl.
enum {
#if defined(__aarch64__)
    PEER_lseek = 62,
    PEER_mmap = 222,
#else
    PEER_lseek = 8,
    PEER_mmap = 9,
#endif
};

// include/uapi/asm-generic/mman-common.h, mman.h
enum {
    PROT_READ = 1,
    PROT_WRITE = 2,
    MAP_PRIVATE = 0x02,
    MAP_ANONYMOUS = 0x20,
    MAP_POPULATE = 0x8000,
};

// man 2 lseek: to the end of the file
static inline long sys_size(int fd) { return SYSCALL(PEER_lseek, fd, 0, 2, 0, 0); }

// A file, or fresh memory where `fd` is -1; all of it there at once. A negated errno in case of failure.
static inline long sys_map(int fd, size_t size) {
    int flags = MAP_PRIVATE | MAP_POPULATE | (fd < 0 ? MAP_ANONYMOUS : 0);
    return syscall6(PEER_mmap, 0, (long)size, PROT_READ | PROT_WRITE, flags, fd, 0);
}

static inline double sys_now_seconds(void) {
    struct timespec now = {0, 0};
    SYSCALL(SYS_clock_gettime, CLOCK_MONOTONIC, &now, 0, 0, 0);
    return (double)now.seconds + (double)now.nanoseconds * 1e-9;
}

#endif
