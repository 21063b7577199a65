// What llama.cpp's programs say about a run: with how many threads, and how long each part of it took.
//
//   system_info: n_threads = 2 (n_threads_batch = 4) / 8 | CPU : ...
//   common_perf_print:        load time =    2660.12 ms
//   common_perf_print: prompt eval time =    1140.03 ms /    21 tokens (   54.29 ms per token, ...
//   common_perf_print:        eval time =   10150.77 ms /    63 runs   (  161.12 ms per token, ...
//
// A run evaluates one token. The first generated token falls out of evaluating the prompt and is no run.
#ifndef ZOSIA_TIMINGS_H
#define ZOSIA_TIMINGS_H

#include <stdbool.h>

struct timing {
    bool known;
    unsigned long duration_ns;
    unsigned count; // of tokens
};

struct timings {
    unsigned threads, batch_threads; // 0: unknown
    struct timing load; // without a count
    struct timing prompt;
    struct timing generation;
};

// Takes a line of the program's log. Returns whether it is one of the above, well-formed or not.
bool timings_take_line(struct timings *timings, const char *line);

// The first thing that is missing, was malformed or cannot be divided by; NULL when there is none.
const char *timings_missing(const struct timings *timings);

#endif
