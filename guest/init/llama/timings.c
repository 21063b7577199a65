#include "timings.h"

#include <stddef.h>
#include <stdint.h>

#include "text/text.h"

enum { NANOSECOND_DIGITS = 6, COUNT_MAX = 10000000, THREADS_LINE_MAX = 65536 };

static void skip_spaces(const char **cursor) {
    while (**cursor == ' ') (*cursor)++;
}

static bool skip_word(const char **cursor, const char *word) {
    if (!text_starts_with(*cursor, word)) return false;
    *cursor += text_length(word);
    skip_spaces(cursor);
    return true;
}

// Milliseconds, with any number of decimals: what is finer than a nanosecond is dropped.
static bool parse_milliseconds(const char **cursor, unsigned long *duration_ns) {
    unsigned whole;
    if (!text_parse_number(cursor, UINT32_MAX, &whole)) return false;
    unsigned long value = whole;
    const char *at = *cursor;
    int decimals = 0;
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++) {
            if (decimals == NANOSECOND_DIGITS) continue;
            value = value * 10 + (unsigned long)(*at - '0');
            decimals++;
        }
        if (decimals == 0) return false;
    }
    for (; decimals < NANOSECOND_DIGITS; decimals++) value *= 10;
    skip_spaces(&at);
    *cursor = at;
    *duration_ns = value;
    return skip_word(cursor, "ms");
}

// "= 1140.03 ms", and where things are counted "/ 21 tokens".
static struct timing parse_timing(const char *at, const char *counted) {
    struct timing timing = {0};
    if (!skip_word(&at, "=") || !parse_milliseconds(&at, &timing.duration_ns)) return timing;
    if (counted != NULL) {
        if (!skip_word(&at, "/") || !text_parse_number(&at, COUNT_MAX, &timing.count)) return timing;
        skip_spaces(&at);
        if (!text_starts_with(at, counted)) return timing;
    }
    timing.known = true;
    return timing;
}

static void parse_threads(struct timings *timings, const char *at) {
    unsigned threads, batch_threads;
    if (!skip_word(&at, "n_threads") || !skip_word(&at, "=") ||
        !text_parse_number(&at, THREADS_LINE_MAX, &threads)) {
        return;
    }
    batch_threads = threads;
    skip_spaces(&at);
    if (skip_word(&at, "(n_threads_batch") &&
        (!skip_word(&at, "=") || !text_parse_number(&at, THREADS_LINE_MAX, &batch_threads))) {
        return;
    }
    timings->threads = threads;
    timings->batch_threads = batch_threads;
}

// The text behind a function's name and a colon, which llama.cpp's log lines may have after a time.
static const char *find_message(const char *line, const char *function) {
    const char *at = text_find(line, function);
    if (at == NULL) return NULL;
    at += text_length(function);
    skip_spaces(&at);
    return at;
}

bool timings_take_line(struct timings *timings, const char *line) {
    const char *at = find_message(line, "system_info:");
    if (at != NULL) {
        parse_threads(timings, at);
        return true;
    }
    at = find_message(line, "common_perf_print:");
    if (at == NULL) return false;
    if (skip_word(&at, "load time")) {
        timings->load = parse_timing(at, NULL);
    } else if (skip_word(&at, "prompt eval time")) {
        timings->prompt = parse_timing(at, "tokens");
    } else if (skip_word(&at, "eval time")) {
        timings->generation = parse_timing(at, "runs");
    }
    return true;
}

static bool gives_rate(const struct timing *timing) {
    return timing->known && timing->duration_ns > 0 && timing->count > 0;
}

const char *timings_missing(const struct timings *timings) {
    if (timings->threads == 0 || timings->batch_threads == 0) return "system_info";
    if (!timings->load.known) return "load time";
    if (!gives_rate(&timings->prompt)) return "prompt eval time";
    if (!gives_rate(&timings->generation)) return "eval time";
    return NULL;
}
