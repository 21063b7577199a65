#include "modules.h"

#include "console/console.h"
#include "kernel/file.h"
#include "kernel/sys.h"

static bool load(const char *path) {
    int fd = sys_open(path, O_RDONLY);
    long error = fd < 0 ? fd : sys_load_module(fd, "");
    if (fd >= 0) sys_close(fd);
    // EEXIST: the kernel has it built in or loaded already. ENOSYS: it loads none, and has all built in.
    if (error >= 0 || error == -EEXIST || error == -ENOSYS) return true;
    console_line("zosia: cannot load module %s (errno %d)", path, (int)-error);
    return false;
}

bool modules_load(void) {
    static char list[16 * 1024];
    long length = file_read("/etc/zosia/modules", list, sizeof list);
    if (length == -ENOENT) return true; // a kernel with everything built in
    if (length < 0 || length == sizeof list - 1) {
        console_line("zosia: cannot read /etc/zosia/modules, or it is too long");
        return false;
    }
    bool loaded = true;
    for (char *line = list; *line != '\0';) {
        char *end = line;
        while (*end != '\n' && *end != '\0') end++;
        char *next = *end == '\0' ? end : end + 1;
        *end = '\0';
        if (*line != '\0' && !load(line)) loaded = false;
        line = next;
    }
    return loaded;
}
