// zosia's init: process 1 of a machine whose console is a language model's prompt.

#include "chat/chat.h"
#include "chat/stub.h"
#include "console/console.h"
#include "kernel/sys.h"
#include "llama/llama.h"
#include "machine/initramfs.h"
#include "machine/modules.h"
#include "machine/mounts.h"
#include "machine/network.h"
#include "machine/power.h"
#include "model/model.h"
#include "model/preload.h"
#include "modes/modes.h"
#include "process/status.h"
#include "request/flags.h"
#include "request/request.h"
#include "serve/serve.h"
#include "serve/worker.h"
#include "workers/carrier.h"

__asm__(START_ASSEMBLY);

// Returns whether all went well; what did not is on the console.
static bool prepare_machine(struct flags *flags) {
    bool mounted = mount_kernel_file_systems();
    flags_read(flags);
    if (!flags_have(flags, FLAG_VERBOSE)) console_limit_kernel_log(1);
    bool loaded = modules_load();
    return network_bring_up_loopback() && mounted && loaded;
}

static const char *program_of(const struct request *request) {
    if (request->worker) return llama_worker_program();
    return request->serve ? LLAMA_SERVER : LLAMA_CLI;
}

// Without a model or a program a chat becomes the stub prompt. What answers without a terminal has failed, and so
// has a machine that was to be met with its model ready.
static int run_without(const char *reason, const struct request *request) {
    if (request->serve || request->worker || request->wake) {
        console_line("zosia: %s", reason);
        return STATUS_FAILED;
    }
    console_line("zosia: %s; starting stub prompt", reason);
    stub_run(reason, request);
    return STATUS_OK;
}

static int run(const struct flags *flags, const struct request *request) {
    static struct model model;
    if (!request->worker) model_disk_mount();
    if (sys_access(program_of(request), X_OK) < 0) {
        return run_without("llama binary not found", request);
    }
    if (request->worker) return worker_run(flags, request);
    if (!model_find(&model)) return run_without("model not found in /models", request);
    if (request->workers > 0 && !workers_carry(request->workers)) return STATUS_FAILED;
    model_preload();
    return request->serve ? serve_run(&model, flags, request) : chat_run(&model, flags, request);
}

// Called by _start, on the stack the kernel prepared.
_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct flags flags;
    static struct request request;
    console_open();
    console_line("zosia: init");
    power_off_on_crash();
    bool ready = prepare_machine(&flags);
    // Half of one may lack the programs, and the request comes last in it: nothing that follows is right.
    if (!initramfs_is_whole() || !request_read(&request)) power_off(STATUS_FAILED);
    if (request.sealed) console_seal();
    power_off(flags_have(&flags, FLAG_MODES) ? modes_run(&flags, &request, ready) : run(&flags, &request));
}
