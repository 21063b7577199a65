#include "serve.h"

#include "console/console.h"
#include "llama/llama.h"
#include "server_socket.h"
#include "service.h"

int serve_run(const struct model *model, const struct flags *flags, const struct request *request) {
    static const struct service service = {.name = "llama-server", .connect = server_connect};
    static struct llama_command command;
    llama_server_command(&command, model, flags, request);
    console_line("zosia: starting llama-server (model %s)", model->path);
    return service_run(&service, &command, flags, request);
}
