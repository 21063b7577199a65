// Stands in for a llama.cpp program and behaves as /etc/zosia/impostor says. Its first line is "crash",
// "hang", "eat", "tell" or "end"; one that tells prints what it is and what it may do. What follows is
// printed on standard error before. One that ends after some such words also prints, on standard output,
// what a model might make up.
#include "kernel/file.h"
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "text/text.h"

__asm__(START_ASSEMBLY);

#if defined(__aarch64__)
enum { SYS_brk = 214 };
#else
enum { SYS_brk = 12 };
#endif

#define MADE_UP "common_perf_print: eval time = 1.00 ms / 4 runs (\n"

enum { PAGE_SIZE = 4096, STEP_SIZE = 4 * 1024 * 1024 };

static void crash(void) { *(volatile int *)sizeof(int) = 1; }

static void hang(void) {
    for (;;) sys_sleep_ms(1000);
}

// Takes memory until the kernel has no more to give.
static void eat(void) {
    char *end = (char *)SYSCALL(SYS_brk, 0, 0, 0, 0, 0);
    for (;;) {
        char *grown = (char *)SYSCALL(SYS_brk, end + STEP_SIZE, 0, 0, 0, 0);
        for (; end < grown; end += PAGE_SIZE) *(volatile char *)end = 1;
    }
}

static void tell_access(const char *path, int flags) {
    char line[128];
    int fd = sys_open(path, flags);
    write_all(2, line, text_format(line, sizeof line, "%s: %d\n", path, fd < 0 ? fd : 0));
    if (fd >= 0) sys_close(fd);
}

static bool tell_name(const char *name, void *context) {
    (void)context;
    write_all(2, name, text_length(name));
    write_all(2, " ", 1);
    return true;
}

// The lines of man 5 proc_pid_status that matter here, and what can be opened.
static void tell(void) {
    static char status[8 * 1024];
    file_read("/proc/self/status", status, sizeof status);
    write_all(2, status, text_length(status));
    write_all(2, "devices: ", 9);
    directory_visit("/dev", tell_name, NULL);
    write_all(2, "\n", 1);
    tell_access("/models/model.gguf", O_RDONLY);
    tell_access("/dev/null", O_RDWR);
    tell_access("/proc/1/mem", O_RDONLY);
    tell_access("/init", O_WRONLY);
    tell_access("/etc/zosia/request/args", O_WRONLY);
    tell_access("/proc/sys/kernel/printk", O_WRONLY);
    tell_access("/tmp", O_RDONLY);
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static char text[16 * 1024];
    long length = file_read("/etc/zosia/impostor", text, sizeof text);
    const char *rest = text_find(text, "\n");
    if (length <= 0 || rest == NULL) sys_exit(99);
    rest++;
    write_all(2, rest, (unsigned long)(text + length - rest)); // NULs, too
    if (text_starts_with(text, "crash\n")) crash();
    if (text_starts_with(text, "hang\n")) hang();
    if (text_starts_with(text, "tell\n")) tell();
    if (text_starts_with(text, "eat\n")) eat();
    if (*rest != '\0') write_all(1, MADE_UP, sizeof MADE_UP - 1);
    sys_exit(0);
}
