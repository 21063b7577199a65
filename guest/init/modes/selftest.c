#include "selftest.h"

#include "console/console.h"
#include "kernel/sys.h"
#include "llama/llama.h"
#include "process/batch.h"
#include "process/status.h"

enum { TIME_LIMIT_S = 120 };

static void count_bytes(const char *bytes, size_t size, void *context) {
    (void)bytes;
    *(unsigned long *)context += size;
}

static int try_program(const char *program, const struct flags *flags, const struct request *request) {
    static struct llama_command command;
    unsigned long help_size = 0;
    if (sys_access(program, X_OK) < 0) {
        console_line("zosia: %s is missing", program);
        return STATUS_FAILED;
    }
    llama_help_command(&command, program, flags, request);
    const struct batch batch = {
        .arguments = command.arguments,
        .environment = command.environment,
        .time_limit_s = flags_time_limit_s(flags, TIME_LIMIT_S),
        .take = count_bytes,
        .context = &help_size,
    };
    int status = batch_run(&batch);
    if (status != STATUS_OK) return status;
    console_line("zosia: %s --help printed %lu bytes", program, help_size);
    return help_size > 0 ? STATUS_OK : STATUS_BAD_OUTPUT;
}

int selftest_run(const struct flags *flags, const struct request *request) {
    console_line("zosia: llama_bin=%s", sys_access(LLAMA_CLI, X_OK) == 0 ? "llama-cli" : "none");
    static const char *const programs[] = {LLAMA_CLI, LLAMA_COMPLETION, LLAMA_SERVER};
    int status = STATUS_OK;
    for (size_t i = 0; i < sizeof programs / sizeof programs[0] && status == STATUS_OK; i++) {
        status = try_program(programs[i], flags, request);
    }
    return status;
}
