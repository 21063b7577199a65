#include "flags.h"

#include <stddef.h>

#include "argument_list.h"
#include "command_line.h"
#include "console/console.h"
#include "kernel/file.h"
#include "text/text.h"

#define PREFIX "zosia."

// A number goes into a field of struct flags; a switch is a bit.
struct number {
    const char *name;
    size_t field;
    unsigned minimum, maximum;
};
struct toggle {
    const char *name;
    unsigned bit;
};

static const struct toggle TOGGLES[] = {
    {PREFIX "diag", FLAG_DIAG}, {PREFIX "selftest", FLAG_SELFTEST}, {PREFIX "perf", FLAG_PERF},
    {PREFIX "ci", FLAG_CI},     {PREFIX "verbose", FLAG_VERBOSE},
};
static const struct number NUMBERS[] = {
    {PREFIX "perf.tokens", offsetof(struct flags, perf_tokens), 1, PERF_TOKENS_MAX},
    {PREFIX "llama_threads", offsetof(struct flags, threads), 1, THREADS_MAX},
    {PREFIX "llama_batch_threads", offsetof(struct flags, batch_threads), 1, THREADS_MAX},
    {PREFIX "time_limit", offsetof(struct flags, time_limit_s), 0, TIME_LIMIT_MAX_S},
};

enum verdict { UNDERSTOOD, MALFORMED, UNKNOWN };

// "zosia.ci", "zosia.ci=1" or "zosia.ci=0".
static enum verdict set_toggle(struct flags *flags, unsigned bit, const char *value) {
    if (value == NULL || text_equal(value, "1")) {
        flags->switches |= bit;
    } else if (text_equal(value, "0")) {
        flags->switches &= ~bit;
    } else {
        return MALFORMED;
    }
    return UNDERSTOOD;
}

static enum verdict set_number(struct flags *flags, const struct number *number, const char *value) {
    unsigned parsed;
    if (value == NULL || !text_parse_number(&value, number->maximum, &parsed) || *value != '\0' ||
        parsed < number->minimum) {
        return MALFORMED;
    }
    *(int *)((char *)flags + number->field) = (int)parsed;
    return UNDERSTOOD;
}

static enum verdict set_arguments(struct flags *flags, char *value) {
    if (value == NULL) return MALFORMED;
    // Not into the flags at once: a malformed list leaves an earlier one as it is.
    const char *arguments[FLAG_ARGUMENTS_MAX];
    int count = argument_list_split(value, arguments, FLAG_ARGUMENTS_MAX);
    if (count < 0) return MALFORMED;
    for (int i = 0; i < count; i++) flags->arguments[i] = arguments[i];
    flags->argument_count = count;
    return UNDERSTOOD;
}

static enum verdict set_wait(struct flags *flags, const char *value) {
    if (value == NULL) return MALFORMED;
    bool spin = text_equal(value, "spin");
    if (!spin && !text_equal(value, "sleep")) return MALFORMED;
    flags->threads_spin = spin;
    return UNDERSTOOD;
}

static enum verdict set(struct flags *flags, const struct parameter *parameter) {
    for (size_t i = 0; i < sizeof TOGGLES / sizeof TOGGLES[0]; i++) {
        if (parameter_is(parameter, TOGGLES[i].name)) {
            return set_toggle(flags, TOGGLES[i].bit, parameter->value);
        }
    }
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        if (parameter_is(parameter, NUMBERS[i].name)) {
            return set_number(flags, &NUMBERS[i], parameter->value);
        }
    }
    if (parameter_is(parameter, PREFIX "llama_wait")) return set_wait(flags, parameter->value);
    if (parameter_is(parameter, PREFIX "llama_args")) return set_arguments(flags, parameter->value);
    return UNKNOWN;
}

static void complain(enum verdict verdict, const struct parameter *parameter) {
    char name[64], value[64];
    text_printable(name, sizeof name, parameter->name);
    text_printable(value, sizeof value, parameter->value != NULL ? parameter->value : "");
    console_line("zosia: ignoring %s boot flag %s%s%s", verdict == UNKNOWN ? "unknown" : "malformed", name,
                 parameter->value != NULL ? "=" : "", value);
}

void flags_parse(struct flags *flags, char *command_line) {
    struct parameter parameter;
    *flags = (struct flags){
        .perf_tokens = PERF_TOKENS_DEFAULT,
        .time_limit_s = TIME_LIMIT_UNSET,
    };
    while (command_line_next(&command_line, &parameter)) {
        if (!text_starts_with(parameter.name, PREFIX)) continue;
        enum verdict verdict = set(flags, &parameter);
        if (verdict != UNDERSTOOD) complain(verdict, &parameter);
    }
}

void flags_read(struct flags *flags) {
    // The kernel cuts its command line off at 2047 bytes on both architectures (COMMAND_LINE_SIZE).
    static char command_line[4096];
    long length = file_read("/proc/cmdline", command_line, sizeof command_line);
    if (length < 0) console_line("zosia: cannot read /proc/cmdline (errno %d)", (int)-length);
    flags_parse(flags, command_line);
}
