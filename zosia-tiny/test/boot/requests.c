// Process 1 of a machine that answers many requests in one boot, each by a llama-completion of its own: the folders /etc/zosia/requests/0, 1, 2 ... take the place of /etc/zosia/request in turn.
// A log that llama.cpp has written to /tmp/log, where it may write, is printed in place of the answer.
#include "console/console.h"
#include "kernel/file.h"
#include "kernel/sys.h"
#include "llama/llama.h"
#include "machine/modules.h"
#include "machine/mounts.h"
#include "machine/network.h"
#include "machine/power.h"
#include "model/model.h"
#include "process/batch.h"
#include "process/status.h"
#include "request/request.h"
#include "text/text.h"

__asm__(START_ASSEMBLY);

enum { MS_BIND = 4096, FILE_EXISTS = 0, O_TRUNC = 01000 };

static void print(const char *bytes, size_t size, void *context) {
    (void)context;
    console_text(bytes, size);
}

// What goes to a log as well is printed from there.
static void drop(const char *bytes, size_t size, void *context) {
    (void)bytes;
    (void)size;
    (void)context;
}

static int complete(const struct model *model, const struct request *request) {
    static const char *const environment[] = {"PATH=/usr/bin", "HOME=/tmp", "LANG=C.UTF-8",
                                              "OMP_WAIT_POLICY=passive", NULL};
    static const char *arguments[32 + REQUEST_ARGUMENTS_MAX] = {
        LLAMA_COMPLETION, "-m",      NULL,  "--no-escape",     "--jinja", "--no-display-prompt",
        "--simple-io",    "--color", "off", "--log-verbosity", "0",
    };
    unsigned count = 11;
    char byte[2];
    arguments[2] = model->path;
    // A conversation cannot open with an empty turn, and a file has to have something in it.
    bool empty = file_read("/etc/zosia/request/prompt", byte, sizeof byte) == 0;
    arguments[count++] = empty ? "--no-conversation" : "--single-turn";
    arguments[count++] = empty ? "--prompt" : "--binary-file";
    arguments[count++] = empty ? "" : "/etc/zosia/request/prompt";
    bool logged = false;
    for (unsigned i = 0; i < request->argument_count; i++) {
        logged = logged || text_equal(request->arguments[i], "--log-file");
        arguments[count++] = request->arguments[i];
    }
    const struct batch batch = {
        .arguments = arguments, .environment = environment, .take = logged ? drop : print};
    return batch_run(&batch);
}

// In a process of its own: what init does once starts from its first state every time.
static int answer(const char *folder, const struct model *model) {
    static struct request request;
    if (sys_mount(folder, "/etc/zosia/request", NULL, MS_BIND, NULL) < 0) return STATUS_FAILED;
    if (!request_read(&request)) return STATUS_FAILED;
    return complete(model, &request);
}

static bool answered(const char *folder, const struct model *model) {
    int process = sys_fork();
    if (process == 0) sys_exit(answer(folder, model));
    for (;;) {
        int wait_status = 0, ended = sys_wait_any(&wait_status, 0);
        if (ended < 0) return false;
        if (ended == process) return wait_status == 0;
    }
}

static void print_log(void) {
    static char log[16 * 1024 * 1024];
    long length = file_read("/tmp/log", log, sizeof log);
    if (length > 0) console_text(log, (size_t)length);
    sys_close(sys_open("/tmp/log", O_WRONLY | O_TRUNC)); // the next request may write none
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct model model;
    console_open();
    power_off_on_crash();
    bool ready = mount_kernel_file_systems();
    console_limit_kernel_log(1);
    ready = modules_load() && network_bring_up_loopback() && ready;
    model_disk_mount();
    if (!ready || !model_find(&model)) power_off(STATUS_FAILED);
    for (int number = 0;; number++) {
        char folder[64];
        text_format(folder, sizeof folder, "/etc/zosia/requests/%d", number);
        if (sys_access(folder, FILE_EXISTS) < 0) power_off(STATUS_OK);
        console_line("zosia: request %d", number);
        if (!answered(folder, &model)) power_off(STATUS_FAILED);
        print_log();
    }
}
