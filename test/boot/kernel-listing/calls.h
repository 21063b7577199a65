// The system calls that only the listing needs; the others are init's (guest/init/kernel/sys.h).
#ifndef LISTING_CALLS_H
#define LISTING_CALLS_H

#include "kernel/sys.h"

// Numbers: include/uapi/asm-generic/unistd.h, arch/x86/entry/syscalls/syscall_64.tbl.
enum {
#if defined(__aarch64__)
    SYS_lgetxattr = 9,
    SYS_llistxattr = 12,
    SYS_fchdir = 50,
    SYS_lseek = 62,
    SYS_syslog = 116,
    SYS_statx = 291,
#else
    SYS_lseek = 8,
    SYS_fchdir = 81,
    SYS_syslog = 103,
    SYS_lgetxattr = 192,
    SYS_llistxattr = 195,
    SYS_statx = 332,
#endif
};

// include/uapi/linux/stat.h
struct statx_time {
    int64_t seconds;
    uint32_t nanoseconds;
    int32_t reserved;
};
struct statx {
    uint32_t mask;
    uint32_t block_size;
    uint64_t attributes;
    uint32_t link_count;
    uint32_t uid;
    uint32_t gid;
    uint16_t mode;
    uint16_t reserved;
    uint64_t inode;
    uint64_t size;
    uint64_t sectors; // of 512 bytes
    uint64_t attributes_mask;
    struct statx_time access;
    struct statx_time creation;
    struct statx_time change;
    struct statx_time modification;
    uint32_t device_major;
    uint32_t device_minor;
    uint64_t rest[15];
};
_Static_assert(sizeof(struct statx) == 256, "struct statx is a part of the kernel's interface");
enum {
    STATX_BASIC_STATS_AND_CREATION = 0xfff,
    AT_SYMLINK_NOFOLLOW = 0x100,
    MODE_TYPE_MASK = 0170000,
    MODE_DIRECTORY = 0040000,
    MODE_FILE = 0100000,
    MODE_SYMLINK = 0120000,
};
static inline long sys_statx(const char *path, struct statx *status) {
    return SYSCALL(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS_AND_CREATION, status);
}

// include/uapi/linux/fs.h
#define FS_IOC_GETFLAGS 0x80086601UL
enum { SEEK_DATA = 3, SEEK_HOLE = 4, ENXIO = 6 };
static inline long sys_seek(int fd, long offset, int whence) {
    return SYSCALL(SYS_lseek, fd, offset, whence, 0, 0);
}

static inline long sys_change_directory(int fd) { return SYSCALL(SYS_fchdir, fd, 0, 0, 0, 0); }
static inline long sys_list_xattrs(const char *path, char *names, size_t size) {
    return SYSCALL(SYS_llistxattr, path, names, size, 0, 0);
}
static inline long sys_get_xattr(const char *path, const char *name, void *value, size_t size) {
    return SYSCALL(SYS_lgetxattr, path, name, value, size, 0);
}

// man 2 syslog
enum { SYSLOG_ACTION_READ_ALL = 3 };
static inline long sys_read_kernel_log(char *text, size_t size) {
    return SYSCALL(SYS_syslog, SYSLOG_ACTION_READ_ALL, text, size, 0, 0);
}

// include/uapi/linux/blkpg.h: partitions that the caller decides on
#define BLKPG 0x1269UL
enum { BLKPG_ADD_PARTITION = 1, BLKPG_DEL_PARTITION = 2 };
struct partition {
    int64_t start_bytes;
    int64_t length_bytes;
    int32_t number;
    char names[128];
};
struct partition_request {
    int32_t operation;
    int32_t flags;
    int32_t size;
    struct partition *partition;
};

#endif
