#include "owner_map.h"

#include "kernel/file.h"
#include "kernel/sys.h"
#include "text/text.h"

static long write_map(int process, const char *name, unsigned from, int to) {
    char path[48], line[48];
    text_format(path, sizeof path, "/proc/%d/%s", process, name);
    text_format(line, sizeof line, "%lu %d 1\n", (unsigned long)from, to);
    return file_write(path, line);
}

// Returns a descriptor of a user namespace that maps one user and one group, or a negated errno. A
// namespace comes with a process: one that waits until the descriptor keeps it alive.
static int make_namespace(const struct file_status *owner, int to) {
    int hold[2], wait_status;
    char path[48], byte;
    long error = sys_pipe(hold);
    if (error < 0) return (int)error;
    int process = sys_fork_into(CLONE_NEWUSER);
    if (process == 0) {
        sys_close(hold[1]);
        sys_read(hold[0], &byte, 1);
        sys_exit(0);
    }
    sys_close(hold[0]);
    int fd = process;
    if (process > 0) {
        error = write_map(process, "uid_map", owner->user, to);
        if (error >= 0) error = write_map(process, "gid_map", owner->group, to);
        text_format(path, sizeof path, "/proc/%d/ns/user", process);
        fd = error < 0 ? (int)error : sys_open(path, O_RDONLY);
    }
    sys_close(hold[1]);
    if (process > 0) sys_wait_any(&wait_status, 0); // init has no other child yet
    return fd;
}

static long read_owner(const char *file, struct file_status *owner) {
    int fd = sys_open(file, O_RDONLY);
    if (fd < 0) return fd;
    long error = sys_file_status(fd, owner);
    sys_close(fd);
    return error;
}

long map_owner(const char *path, const char *file, int to) {
    struct file_status owner;
    long error = read_owner(file, &owner);
    if (error < 0) return error;
    int namespace = make_namespace(&owner, to);
    if (namespace < 0) return namespace;
    int mount = sys_clone_mount(path);
    error = mount;
    if (mount >= 0) {
        const struct mount_attributes attributes = {
            .set = MOUNT_ATTR_IDMAP,
            .user_namespace_fd = (uint64_t) namespace,
        };
        error = sys_set_mount_attributes(mount, &attributes);
        if (error >= 0) error = sys_attach_mount(mount, path);
        sys_close(mount);
    }
    sys_close(namespace);
    return error < 0 ? error : 0;
}
