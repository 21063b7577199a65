// The boot flags: parameters of the kernel command line that begin with "zosia.".
#ifndef ZOSIA_FLAGS_H
#define ZOSIA_FLAGS_H

#include <stdbool.h>

enum {
    FLAG_DIAG = 1,
    FLAG_SELFTEST = 2,
    FLAG_PERF = 4,
    FLAG_CI = 8,
    FLAG_VERBOSE = 16,
    FLAG_MODES = FLAG_DIAG | FLAG_SELFTEST | FLAG_PERF | FLAG_CI,
};

enum {
    FLAG_ARGUMENTS_MAX = 256,
    PERF_TOKENS_DEFAULT = 64,
    PERF_TOKENS_MAX = 1000000,
    THREADS_MAX = 512, // ggml's own
    TIME_LIMIT_MAX_S = 30 * 24 * 3600,
    TIME_LIMIT_UNSET = -1,
};

struct flags {
    unsigned switches;
    int perf_tokens;
    int threads; // 0: as llama.cpp sees fit
    int batch_threads; // 0: as many as `threads`, which is llama.cpp's rule
    bool threads_spin; // while they wait for each other, rather than sleep
    int time_limit_s; // for a program; 0 is none, TIME_LIMIT_UNSET leaves it to the mode
    const char *arguments[FLAG_ARGUMENTS_MAX];
    int argument_count;
};

// Reads the flags from a command line, which it takes apart and which has to outlive them. Of two flags
// of one name the last counts. What is not understood is named on the console, and otherwise ignored.
void flags_parse(struct flags *flags, char *command_line);

// Reads those of this boot.
void flags_read(struct flags *flags);

static inline bool flags_have(const struct flags *flags, unsigned switches) {
    return (flags->switches & switches) != 0;
}

// The time limit of a mode that has one of its own.
static inline int flags_time_limit_s(const struct flags *flags, int of_mode_s) {
    return flags->time_limit_s == TIME_LIMIT_UNSET ? of_mode_s : flags->time_limit_s;
}

#endif
