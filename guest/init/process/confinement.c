#include "confinement.h"

#include "kernel/sys.h"

// Devices that any program may count on, by their numbers (Documentation/admin-guide/devices.txt).
static const struct {
    const char *path;
    unsigned number;
} DEVICES[] = {
    {"/dev/null", DEVICE_NUMBER(1, 3)},    {"/dev/zero", DEVICE_NUMBER(1, 5)},
    {"/dev/full", DEVICE_NUMBER(1, 7)},    {"/dev/random", DEVICE_NUMBER(1, 8)},
    {"/dev/urandom", DEVICE_NUMBER(1, 9)}, {"/dev/tty", DEVICE_NUMBER(5, 0)},
};

// A /dev of the process's own. A kernel without namespaces has only one: there, the permissions of the
// devices themselves have to do.
static long take_devices(void) {
    long error = sys_leave(CLONE_NEWNS);
    if (error == -EINVAL || error == -ENOSYS) return 0;
    if (error < 0) return error;
    error = sys_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    if (error >= 0) error = sys_mount("dev", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k");
    long mask = sys_set_file_mode_mask(0);
    for (size_t i = 0; i < sizeof DEVICES / sizeof DEVICES[0] && error >= 0; i++) {
        error = sys_make_device(DEVICES[i].path, S_IFCHR | 0666, DEVICES[i].number);
    }
    sys_set_file_mode_mask((int)mask);
    return error;
}

// What only a privileged user may have, but llama.cpp's --mlock and --prio ask for.
static void keep_limits(void) {
    const struct resource_limit unlimited = {UINT64_MAX, UINT64_MAX}, any_priority = {40, 40};
    sys_set_limit(RLIMIT_MEMLOCK, &unlimited);
    sys_set_limit(RLIMIT_NICE, &any_priority);
}

long confinement_enter(void) {
    long error = take_devices();
    if (error < 0) return error;
    keep_limits();
    for (unsigned long number = 0; number < CAPABILITY_NUMBERS; number++) {
        if (sys_process_control(PR_CAPBSET_DROP, number) == -EINVAL) break; // the kernel knows no more
    }
    // Groups first: without privileges they cannot be changed. The last of the three takes the rest of
    // the capabilities away (man 7 capabilities, "Effect of user ID changes"). A kernel that knows no
    // users (CONFIG_MULTIUSER) cannot tell them apart for files either.
    error = sys_set_groups(CONFINED_USER);
    if (error >= 0) error = sys_set_users(CONFINED_USER);
    if (error < 0 && error != -ENOSYS) return error;
    return sys_process_control(PR_SET_NO_NEW_PRIVS, 1);
}

bool confinement_may_read(const char *path) {
    sys_set_file_user(CONFINED_USER, CONFINED_USER);
    int fd = sys_open(path, O_RDONLY);
    sys_set_file_user(0, 0);
    if (fd >= 0) sys_close(fd);
    return fd >= 0;
}
