#include "procfs.h"

#include "file.h"
#include "sys.h"
#include "text/text.h"

// "NUMBER ARGUMENTS... SP PC", or "running" (man 5 proc_pid_syscall).
static bool is_call(const char *line, int number, const char *arguments) {
    char start[24];
    text_format(start, sizeof start, "%d %s", number, arguments);
    return text_starts_with(line, start);
}

enum process_wait process_waits(int process) {
    char path[48], line[128];
    text_format(path, sizeof path, "/proc/%d/syscall", process);
    if (file_read(path, line, sizeof line) <= 0) return WAITS_UNKNOWN;
    if (is_call(line, SYS_read, "0x0 ")) return WAITS_FOR_INPUT;
    bool polls = is_call(line, SYS_ppoll, "");
#ifdef __x86_64__
    polls = polls || is_call(line, SYS_poll, "");
#endif
    return polls ? WAITS_FOR_EVENTS : WAITS_OTHERWISE;
}

struct sleep_check {
    int process;
    int except_thread;
    bool all_sleep;
};

static bool check_sleep(const char *name, void *context) {
    struct sleep_check *check = context;
    const char *digits = name;
    unsigned thread;
    if (!text_parse_number(&digits, INT32_MAX, &thread) || (int)thread == check->except_thread) return true;

    char path[64], line[256];
    text_format(path, sizeof path, "/proc/%d/task/%s/stat", check->process, name);
    if (file_read(path, line, sizeof line) <= 0) return true; // the thread has just ended
    // "TID (NAME) STATE ...": the name may hold anything, parentheses too, but the last one is the real
    // one.
    const char *state = line;
    for (const char *at = line; *at != '\0'; at++) {
        if (*at == ')') state = at;
    }
    check->all_sleep = text_starts_with(state, ") S");
    return check->all_sleep;
}

bool process_threads_sleep(int process, int except_thread) {
    struct sleep_check check = {process, except_thread, true};
    char path[32];
    text_format(path, sizeof path, "/proc/%d/task", process);
    directory_visit(path, check_sleep, &check);
    return check.all_sleep;
}
