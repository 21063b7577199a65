#include "tree.h"

#include "calls.h"
#include "entry.h"
#include "report.h"
#include "text/text.h"

enum { DIRECTORY_TYPE = 4 }; // DT_DIR of getdents64

static char path[256 * 1024];
static size_t path_length;

static void list_directory(int fd);

static void list_below(const char *name) {
    int fd = sys_open(name, O_RDONLY);
    long error = fd < 0 ? fd : sys_change_directory(fd);
    if (error < 0) {
        report_problem("open", error, path, path_length);
    } else {
        list_directory(fd);
    }
    if (fd >= 0) sys_close(fd);
}

static void list_name(const struct directory_entry *entry) {
    size_t length = text_length(entry->name), parent_length = path_length;
    if (path_length + 1 + length > sizeof path) {
        report_problem("path too long for this listing", -EINVAL, path, path_length);
        return;
    }
    path[path_length++] = '/';
    memcpy(path + path_length, entry->name, length);
    path_length += length;
    const struct location location = {path, path_length, entry->name, entry->type};
    if (entry_report(&location)) list_below(entry->name);
    path_length = parent_length;
}

// Lists the current directory, which is open as `fd`.
static void list_directory(int fd) {
    _Alignas(struct directory_entry) char buffer[4096];
    long size;
    while ((size = sys_read_directory(fd, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < size;) {
            const struct directory_entry *entry = (const void *)(buffer + at);
            at += entry->length;
            if (text_equal(entry->name, ".") || text_equal(entry->name, "..")) continue;
            list_name(entry);
            sys_change_directory(fd);
        }
    }
    if (size < 0) report_problem("getdents64", size, path, path_length);
}

void tree_report(const char *root) {
    path_length = 0;
    const struct location location = {"/", 1, root, DIRECTORY_TYPE};
    if (entry_report(&location)) list_below(root);
}
