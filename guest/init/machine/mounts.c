#include "mounts.h"

#include "console/console.h"
#include "kernel/sys.h"

static const struct {
    const char *type;
    const char *target;
    unsigned long flags;
    const char *options;
} mounts[] = {
    {"proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
    {"sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
    {"devtmpfs", "/dev", MS_NOSUID, "mode=0755"},
    {"devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "mode=0620,ptmxmode=0666"},
    {"tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777"},
    {"tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755"},
};

bool mount_kernel_file_systems(void) {
    bool mounted = true;
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
        sys_mkdir(mounts[i].target, 0755); // most are there already
        long error =
            sys_mount(mounts[i].type, mounts[i].target, mounts[i].type, mounts[i].flags, mounts[i].options);
        // The kernel mounts devtmpfs itself when built to (CONFIG_DEVTMPFS_MOUNT): then it is "busy".
        if (error < 0 && error != -EBUSY) {
            console_line("zosia: cannot mount %s (errno %d)", mounts[i].target, (int)-error);
            mounted = false;
        }
    }
    return mounted;
}
