#include "entry.h"

#include "calls.h"
#include "content.h"
#include "report.h"
#include "text/text.h"

enum { XATTR_MAX_BYTES = 64 * 1024, SYMLINK_MAX_BYTES = 4096 };

static void problem(const struct location *location, const char *call, long error) {
    report_problem(call, error, location->path, location->path_length);
}

static void report_time(const char *name, const struct statx_time *time) {
    report_field(name);
    report_number(time->seconds);
    report_text(".");
    report_number(time->nanoseconds);
}

static void report_status(const struct statx *status) {
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        {"inode", status->inode},     {"mode", status->mode},          {"uid", status->uid},
        {"gid", status->gid},         {"links", status->link_count},   {"size", status->size},
        {"sectors", status->sectors}, {"major", status->device_major}, {"minor", status->device_minor},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        report_field(numbers[i].name);
        report_number((int64_t)numbers[i].value);
    }
    report_time("mtime", &status->modification);
    report_time("atime", &status->access);
    report_time("ctime", &status->change);
    report_time("crtime", &status->creation);
}

// A name, a colon, and the value or, after "!", the errno of reading it.
static void report_xattr(const char *path, const char *name) {
    static char value[XATTR_MAX_BYTES];
    long size = sys_get_xattr(path, name, value, sizeof value);
    report_field("xattr");
    report_hex(name, text_length(name));
    report_text(":");
    if (size < 0) {
        report_text("!");
        report_number(-size);
    } else {
        report_hex(value, (size_t)size);
    }
}

static long report_xattrs(const char *path) {
    static char names[XATTR_MAX_BYTES];
    long size = sys_list_xattrs(path, names, sizeof names);
    for (long at = 0; at < size; at += (long)text_length(names + at) + 1) {
        report_xattr(path, names + at);
    }
    return size;
}

static long report_target(const char *path) {
    char target[SYMLINK_MAX_BYTES];
    long size = sys_read_link(path, target, sizeof target);
    if (size < 0) return size;
    report_field("target");
    report_hex(target, (size_t)size);
    return 0;
}

static long report_opened(const char *path, const struct statx *status) {
    int fd = sys_open(path, O_RDONLY);
    if (fd < 0) return fd;
    int flags = 0;
    long error = sys_ioctl(fd, FS_IOC_GETFLAGS, &flags);
    report_field("flags");
    report_number(flags);
    if (error >= 0 && (status->mode & MODE_TYPE_MASK) == MODE_FILE) {
        error = content_report(fd, status->size);
    }
    sys_close(fd);
    return error;
}

bool entry_report(const struct location *location) {
    struct statx status;
    const char *path = location->name;
    // The kernel looks the name up here: in a directory with an index, by its hash.
    long error = sys_statx(path, &status);
    if (error < 0) {
        problem(location, "statx", error);
        return false;
    }
    report_begin("entry");
    report_field("path");
    report_hex(location->path, location->path_length);
    report_field("type");
    report_number(location->directory_type);
    report_status(&status);
    long xattr_error = report_xattrs(path);
    long type = status.mode & MODE_TYPE_MASK;
    if (type == MODE_SYMLINK) error = report_target(path);
    if (type == MODE_DIRECTORY || type == MODE_FILE) error = report_opened(path, &status);
    report_end();
    if (xattr_error < 0) problem(location, "llistxattr", xattr_error);
    if (error < 0) problem(location, "read", error);
    return type == MODE_DIRECTORY;
}
