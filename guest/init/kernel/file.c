#include "file.h"

#include "sys.h"
#include "text/text.h"

long file_read(const char *path, char *bytes, size_t size) {
    bytes[0] = '\0';
    int fd = sys_open(path, O_RDONLY);
    if (fd < 0) return fd;
    size_t length = 0;
    long count = 0;
    while (length < size - 1) {
        count = sys_read(fd, bytes + length, size - 1 - length);
        if (count == -EINTR) continue;
        if (count <= 0) break;
        length += (size_t)count;
    }
    bytes[length] = '\0';
    sys_close(fd);
    return count < 0 ? count : (long)length;
}

long file_write(const char *path, const char *text) {
    int fd = sys_open(path, O_WRONLY);
    if (fd < 0) return fd;
    long result = sys_write(fd, text, text_length(text));
    sys_close(fd);
    return result < 0 ? result : 0;
}

unsigned long file_size(const char *path) {
    int fd = sys_open(path, O_RDONLY);
    if (fd < 0) return 0;
    struct file_status status;
    long error = sys_file_status(fd, &status);
    sys_close(fd);
    return error < 0 ? 0 : (unsigned long)status.size;
}

long directory_visit(const char *path, directory_visitor *visit, void *context) {
    _Alignas(struct directory_entry) char buffer[2048];
    int fd = sys_open(path, O_RDONLY);
    if (fd < 0) return fd;
    long size;
    while ((size = sys_read_directory(fd, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < size;) {
            const struct directory_entry *entry = (const void *)(buffer + at);
            at += entry->length;
            if (text_equal(entry->name, ".") || text_equal(entry->name, "..")) continue;
            if (!visit(entry->name, context)) {
                sys_close(fd);
                return 0;
            }
        }
    }
    sys_close(fd);
    return size;
}
