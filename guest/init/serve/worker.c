#include "worker.h"

#include "console/console.h"
#include "kernel/statistics.h"
#include "llama/llama.h"
#include "server_socket.h"
#include "service.h"

static void tell_memory(void) {
    console_line("zosia: ggml-rpc-server listens, with %d MiB of memory free", memory_available_mib());
}

int worker_run(const struct flags *flags, const struct request *request) {
    static const struct service service = {
        .name = "ggml-rpc-server",
        .connect = worker_connect,
        .listens = worker_listens,
        .tell_ready = tell_memory,
    };
    static struct llama_command command;
    llama_worker_command(&command, flags, request);
    console_line("zosia: starting ggml-rpc-server");
    return service_run(&service, &command, flags, request);
}
