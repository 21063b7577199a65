// The part of the kernel's user-space interface that init uses: constants and structures, the same on
// aarch64 and x86_64. Written out here, not included, so that any host's clang can build init. Each
// group names the kernel header or document that defines it.
#ifndef ZOSIA_ABI_H
#define ZOSIA_ABI_H

#include <stddef.h>
#include <stdint.h>

// include/uapi/asm-generic/errno-base.h
enum {
    EPERM = 1,
    ENOENT = 2,
    EINTR = 4,
    EIO = 5,
    EAGAIN = 11,
    EBUSY = 16,
    EEXIST = 17,
    EINVAL = 22,
    EPIPE = 32,
    ENOSYS = 38,
    EINPROGRESS = 115,
};

// include/uapi/linux/fcntl.h, include/uapi/asm-generic/fcntl.h
enum {
    AT_FDCWD = -100,
    O_RDONLY = 0,
    O_WRONLY = 1,
    O_RDWR = 2,
    O_NOCTTY = 00000400,
    O_NONBLOCK = 00004000,
    O_CLOEXEC = 02000000,
    F_SETFL = 4,
    X_OK = 1,
    R_OK = 4,
};

// include/uapi/linux/mount.h
enum {
    MS_RDONLY = 1,
    MS_NOSUID = 2,
    MS_NODEV = 4,
    MS_NOEXEC = 8,
    MS_NOATIME = 1024,
    MS_REC = 16384,
    MS_PRIVATE = 1 << 18,
    MNT_DETACH = 2,
    AT_EMPTY_PATH = 0x1000, // include/uapi/linux/fcntl.h
    OPEN_TREE_CLONE = 1,
    MOVE_MOUNT_F_EMPTY_PATH = 4,
    MOUNT_ATTR_IDMAP = 0x00100000,
};
struct mount_attributes {
    uint64_t set;
    uint64_t clear;
    uint64_t propagation;
    uint64_t user_namespace_fd;
};

// include/uapi/linux/stat.h, include/linux/kdev_t.h: device numbers below 256 each
enum { S_IFCHR = 0020000 };
#define DEVICE_NUMBER(major, minor) ((unsigned)(major) << 8 | (unsigned)(minor))

// include/uapi/linux/sched.h, prctl.h, capability.h, resource.h
#define CLONE_NEWNS 0x00020000UL
#define CLONE_NEWUSER 0x10000000UL
enum {
    PR_CAPBSET_DROP = 24,
    PR_SET_NO_NEW_PRIVS = 38,
    CAPABILITY_NUMBERS = 64, // more than there are
    RLIMIT_MEMLOCK = 8,
    RLIMIT_NICE = 13,
};
struct resource_limit {
    uint64_t soft;
    uint64_t hard;
};

// include/uapi/asm-generic/stat.h, arch/x86/include/uapi/asm/stat.h
struct file_status {
    uint64_t device;
    uint64_t inode;
#if defined(__x86_64__)
    uint64_t links;
    uint32_t mode;
    uint32_t user;
    uint32_t group;
    uint32_t padding;
    uint64_t special_device;
#else
    uint32_t mode;
    uint32_t links;
    uint32_t user;
    uint32_t group;
    uint64_t special_device;
    uint64_t padding;
#endif
    int64_t size;
    uint8_t rest[88];
};

// include/uapi/asm-generic/poll.h
enum { POLLIN = 0x1, POLLOUT = 0x4, POLLERR = 0x8, POLLHUP = 0x10 };
struct pollfd {
    int fd;
    short events;
    short revents;
};

struct timespec {
    long seconds;
    long nanoseconds;
};
enum { CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1 }; // include/uapi/linux/time.h

// include/uapi/asm-generic/signal.h. x86_64 demands a restorer even from handlers that never return.
enum {
    SIGHUP = 1,
    SIGINT = 2,
    SIGILL = 4,
    SIGABRT = 6,
    SIGBUS = 7,
    SIGFPE = 8,
    SIGKILL = 9,
    SIGSEGV = 11,
    SIGPIPE = 13,
    SIGCHLD = 17,
    SIG_IGN = 1, // instead of a handler
    SIG_SETMASK = 2,
    SA_RESTORER = 0x04000000,
};
typedef uint64_t signal_set;
struct signal_action {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    signal_set mask;
};
struct signalfd_siginfo {
    uint32_t signal;
    uint8_t rest[124];
};

// man 2 wait
enum { WNOHANG = 1 };

// include/uapi/linux/fs.h: directory entries of getdents64
struct directory_entry {
    uint64_t inode;
    int64_t next;
    uint16_t length;
    uint8_t type;
    char name[];
};

// include/uapi/asm-generic/termbits.h, ioctls.h
struct termios {
    uint32_t input_flags;
    uint32_t output_flags;
    uint32_t control_flags;
    uint32_t local_flags;
    uint8_t line_discipline;
    uint8_t control_characters[19];
};
struct window_size {
    uint16_t rows;
    uint16_t columns;
    uint16_t width_pixels;
    uint16_t height_pixels;
};
enum { VTIME = 5, VMIN = 6, TCIFLUSH = 0 };
#define TCGETS 0x5401UL
#define TCSETS 0x5402UL
#define TCSBRK 0x5409UL
#define TCFLSH 0x540bUL
#define TIOCSWINSZ 0x5414UL
#define FIONREAD 0x541bUL
#define TIOCGPTPEER 0x5441UL
#define TIOCSPTLCK 0x40045431UL

// include/uapi/linux/random.h: struct rand_pool_info. The entropy is counted in bits.
struct entropy {
    int32_t bits;
    int32_t size;
    unsigned char bytes[64];
};
#define RNDADDENTROPY 0x40085203UL
#define RNDRESEEDCRNG 0x5207UL

// include/linux/socket.h, net.h, include/uapi/linux/un.h
enum { AF_UNIX = 1, AF_INET = 2, SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_NONBLOCK = O_NONBLOCK };
struct unix_address {
    uint16_t family;
    char path[108];
};
// include/uapi/linux/in.h, tcp.h. Port and address have their highest byte first.
enum { IPPROTO_TCP = 6, TCP_NODELAY = 1 };
struct internet_address {
    uint16_t family;
    uint8_t port[2];
    uint8_t address[4];
    uint8_t zero[8];
};

// include/uapi/linux/if.h, sockios.h: the flags half of struct ifreq
enum { IFF_UP = 1 };
struct interface_request {
    char name[16];
    int16_t flags;
    uint8_t rest[22];
};
#define SIOCGIFFLAGS 0x8913UL
#define SIOCSIFFLAGS 0x8914UL

// include/uapi/linux/reboot.h
#define REBOOT_MAGIC1 0xfee1dead
#define REBOOT_MAGIC2 672274793
#define REBOOT_RESTART 0x01234567
#define REBOOT_POWER_OFF 0x4321fedc

// include/uapi/linux/seccomp.h, filter.h; Documentation/userspace-api/seccomp_filter.rst
struct bpf_instruction {
    uint16_t code;
    uint8_t jump_true;
    uint8_t jump_false;
    uint32_t operand;
};
struct bpf_program {
    uint16_t length;
    const struct bpf_instruction *instructions;
};
struct seccomp_data {
    int32_t number;
    uint32_t architecture;
    uint64_t instruction_pointer;
    uint64_t arguments[6];
};
struct seccomp_notification {
    uint64_t id;
    uint32_t thread;
    uint32_t flags;
    struct seccomp_data data;
};
struct seccomp_response {
    uint64_t id;
    int64_t value;
    int32_t error;
    uint32_t flags;
};
enum {
    BPF_LOAD_WORD_ABSOLUTE = 0x20,
    BPF_JUMP_IF_EQUAL = 0x15,
    BPF_RETURN = 0x06,
    SECCOMP_SET_MODE_FILTER = 1,
    SECCOMP_FILTER_FLAG_NEW_LISTENER = 8,
    SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1,
};
// include/uapi/linux/audit.h, elf-em.h: a 64-bit little-endian machine's calling convention
#if defined(__x86_64__)
#define AUDIT_ARCH_NATIVE (0xc0000000u | 62)
#else
#define AUDIT_ARCH_NATIVE (0xc0000000u | 183)
#endif
#define SECCOMP_RET_USER_NOTIF 0x7fc00000u
#define SECCOMP_RET_ALLOW 0x7fff0000u
#define SECCOMP_IOCTL_NOTIF_RECV 0xc0502100UL
#define SECCOMP_IOCTL_NOTIF_SEND 0xc0182101UL

#endif
