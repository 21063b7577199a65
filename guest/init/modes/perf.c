#include "perf.h"

#include "console/console.h"
#include "kernel/sys.h"
#include "llama/llama.h"
#include "llama/timings.h"
#include "model/model.h"
#include "process/batch.h"
#include "process/status.h"
#include "text/lines.h"
#include "text/text.h"

enum { TIME_LIMIT_S = 1800, DURATION_DECIMALS = 5, RATE_DECIMALS = 3, FIGURE_SIZE = 32 };

#define NANOSECONDS_PER_SECOND 1000000000ul

struct measurement {
    struct lines lines;
    struct timings timings;
};

// llama.cpp's own lines go to the console too: the figures here can be held against them.
static void take_line(const char *line, void *context) {
    struct measurement *measurement = context;
    if (!timings_take_line(&measurement->timings, line)) return;
    console_text(line, text_length(line));
    console_text("\n", 1);
}

static void take(const char *bytes, size_t size, void *context) {
    struct measurement *measurement = context;
    lines_feed(&measurement->lines, bytes, size, take_line, measurement);
}

static void format_duration(char text[FIGURE_SIZE], const struct timing *timing) {
    text_decimal(text, FIGURE_SIZE, (timing->duration_ns + 5000) / 10000, DURATION_DECIMALS);
}

// The product fits 64 bits: a count has at most seven digits.
static void format_rate(char text[FIGURE_SIZE], const struct timing *timing) {
    unsigned long thousandths_ns = timing->count * 1000ul * NANOSECONDS_PER_SECOND;
    text_decimal(text, FIGURE_SIZE, (thousandths_ns + timing->duration_ns / 2) / timing->duration_ns,
                 RATE_DECIMALS);
}

static void print(const struct timings *timings) {
    char seconds[FIGURE_SIZE], rate[FIGURE_SIZE], load_seconds[FIGURE_SIZE], prompt_rate[FIGURE_SIZE];
    format_duration(seconds, &timings->generation);
    format_rate(rate, &timings->generation);
    format_duration(load_seconds, &timings->load);
    format_rate(prompt_rate, &timings->prompt);
    console_line("zosia: perf tokens=%d seconds=%s tok_per_s=%s load_s=%s prompt_tok_per_s=%s "
                 "threads=%d batch_threads=%d",
                 (int)timings->generation.count, seconds, rate, load_seconds, prompt_rate,
                 (int)timings->threads, (int)timings->batch_threads);
}

static int report(const struct timings *timings, int tokens) {
    const char *missing = timings_missing(timings);
    if (missing != NULL) {
        console_line("zosia: no perf result: llama-completion did not say its \"%s\", or only half",
                     missing);
        return STATUS_BAD_OUTPUT;
    }
    if ((int)timings->generation.count != tokens) {
        console_line("zosia: no perf result: llama-completion evaluated %d tokens instead of %d",
                     (int)timings->generation.count, tokens);
        return STATUS_BAD_OUTPUT;
    }
    print(timings);
    return STATUS_OK;
}

int perf_run(const struct flags *flags, const struct request *request) {
    static struct model model;
    static struct llama_command command;
    static struct measurement measurement;
    bool program_found = sys_access(LLAMA_COMPLETION, X_OK) == 0, model_found = model_find(&model);
    console_line("zosia: llama_bin=%s", program_found ? "llama-completion" : "none");
    console_line("zosia: model_path=%s", model_found ? model.path : "none");
    if (!program_found || !model_found) {
        console_line("zosia: perf requires model + llama binary");
        return STATUS_FAILED;
    }
    llama_perf_command(&command, &model, flags, request);
    const struct batch batch = {
        .arguments = command.arguments,
        .environment = command.environment,
        .time_limit_s = flags_time_limit_s(flags, TIME_LIMIT_S),
        .errors_only = true, // the text it makes up is of no interest
        .take = take,
        .context = &measurement,
    };
    int status = batch_run(&batch);
    return status == STATUS_OK ? report(&measurement.timings, flags->perf_tokens) : status;
}
