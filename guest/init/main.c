// zosia's init: process 1 of a machine whose console is a language model's prompt.

#include "chat.h"
#include "console.h"
#include "llama.h"
#include "model.h"
#include "modules.h"
#include "mounts.h"
#include "network.h"
#include "one_shot.h"
#include "power.h"
#include "request.h"
#include "stub.h"
#include "sys.h"

__asm__(START_ASSEMBLY);

static void prepare_machine(void) {
    mount_kernel_file_systems();
    if (!boot_flag("zosia.verbose")) console_limit_kernel_log(1);
    modules_load();
    network_bring_up_loopback();
}

// Without a model or a program a chat becomes the stub prompt, and a one-shot has failed.
static int run_without(const char *reason, const struct request *request) {
    if (request->one_shot) {
        console_line("zosia: %s", reason);
        return 1;
    }
    console_line("zosia: %s; starting stub prompt", reason);
    stub_run(reason);
    return 0;
}

static int run(const struct request *request) {
    static struct model model;
    model_disk_mount();
    if (sys_access(request->one_shot ? LLAMA_COMPLETION : LLAMA_CLI, X_OK) < 0) {
        return run_without("llama binary not found", request);
    }
    if (!model_find(&model)) return run_without("model not found in /models", request);
    return request->one_shot ? one_shot_run(&model, request) : chat_run(&model, request);
}

// Called by _start, on the stack the kernel prepared.
_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct request request;
    console_open();
    console_line("zosia: init");
    power_off_on_crash();
    prepare_machine();
    power_off(request_read(&request) ? run(&request) : 1);
}
