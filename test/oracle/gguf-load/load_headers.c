#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libraries.h"

/*
 * Asks a llama.cpp whether it takes models: many, one after another, each in a process of its own, since
 * much of what llama.cpp refuses it refuses by aborting. Of a model only the header is given, and how long
 * the file is; weights are zeros that take no room.
 *
 * argv: the folder of libllama.so.0, the folder of ggml's CPU backends.
 * stdin, again and again: struct request, then the header, then a LoRA adapter where there is one.
 * stdout: a line each: "ok", "refused REASON", "aborted REASON", "context REASON" when the model loads and
 * no context can be made of it, "killed SIGNAL".
 */
struct request {
    uint64_t header_bytes;
    uint64_t file_bytes;
    uint64_t vocabulary_only;
    uint64_t adapter_bytes; /* to be applied to the model; 0 for none */
};

/* llama.cpp passes its parameters by value; in no version do they take so much. */
struct parameters {
    _Alignas(16) unsigned char bytes[1024];
};

/* Of struct llama_model_params. Were it elsewhere, no vocabulary would load: a test looks. */
enum { VOCABULARY_ONLY_OFFSET = 72 };

enum { LOG_LEVEL_ERROR = 4, REASON_BYTES = 512, SECONDS = 60, CONTEXT_TOKENS = 64 };
enum { STATUS_OK, STATUS_REFUSED, STATUS_CONTEXT };

static const rlim_t MEMORY_BYTES = (rlim_t)6 << 30;

/* Shared with the children. */
static char *reason;

static struct parameters (*default_model_parameters)(void);
static struct parameters (*default_context_parameters)(void);
static void *(*load_model)(const char *path, struct parameters parameters);
static void *(*make_context)(void *model, struct parameters parameters);
static void *(*load_adapter)(void *model, const char *path);

/* The first error is the one that says why; what follows says only that loading failed. */
static void keep_error(int level, const char *text, void *data) {
    (void)data;
    if (level == LOG_LEVEL_ERROR && reason[0] == '\0') snprintf(reason, REASON_BYTES, "%s", text);
}

static void keep_abort(const char *text) { snprintf(reason, REASON_BYTES, "%s", text); }

static void load_symbols(const char *libraries, const char *backends) {
    void *base = load_library(libraries, "libggml-base.so.0");
    void *ggml = load_library(libraries, "libggml.so.0");
    void *llama = load_library(libraries, "libllama.so.0");
    void (*set_log)(void (*)(int, const char *, void *), void *);
    void *(*set_abort)(void (*)(const char *));
    void (*load_backends)(const char *);
    *(void **)&set_log = symbol(llama, "llama_log_set");
    *(void **)&set_abort = symbol(base, "ggml_set_abort_callback");
    *(void **)&load_backends = symbol(ggml, "ggml_backend_load_all_from_path");
    *(void **)&default_model_parameters = symbol(llama, "llama_model_default_params");
    *(void **)&default_context_parameters = symbol(llama, "llama_context_default_params");
    *(void **)&load_model = symbol(llama, "llama_model_load_from_file");
    *(void **)&make_context = symbol(llama, "llama_init_from_model");
    *(void **)&load_adapter = symbol(llama, "llama_adapter_lora_init");
    set_log(keep_error, NULL);
    set_abort(keep_abort);
    load_backends(backends);
}

/* adapter_path: NULL for none */
static int try_model(const char *path, int vocabulary_only, const char *adapter_path) {
    struct parameters model_parameters = default_model_parameters();
    model_parameters.bytes[VOCABULARY_ONLY_OFFSET] = (unsigned char)vocabulary_only;
    void *model = load_model(path, model_parameters);
    if (model == NULL) return STATUS_REFUSED;
    if (vocabulary_only) return STATUS_OK;
    if (adapter_path != NULL) return load_adapter(model, adapter_path) ? STATUS_OK : STATUS_REFUSED;
    struct parameters context_parameters = default_context_parameters();
    /* n_ctx, n_batch and n_ubatch come first. */
    const uint32_t sizes[3] = {CONTEXT_TOKENS, CONTEXT_TOKENS, CONTEXT_TOKENS};
    memcpy(context_parameters.bytes, sizes, sizeof sizes);
    return make_context(model, context_parameters) == NULL ? STATUS_CONTEXT : STATUS_OK;
}

/* A file that begins with what comes next on stdin, and has zeros behind. */
static int take_file(uint64_t given_bytes, uint64_t file_bytes) {
    char *given = malloc(given_bytes);
    if (given == NULL || fread(given, 1, given_bytes, stdin) != given_bytes) {
        fail("a file is cut short");
    }
    int file = memfd_create("model", 0);
    if (file < 0 || write(file, given, given_bytes) != (ssize_t)given_bytes ||
        ftruncate(file, (off_t)file_bytes) != 0) {
        fail("no file of that size can be made");
    }
    free(given);
    return file;
}

static void answer(int status) {
    for (char *at = reason; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~') *at = '?'; /* names out of damaged headers, line ends among them */
    }
    if (WIFEXITED(status)) {
        static const char *const names[] = {"ok", "refused", "context"};
        int code = WEXITSTATUS(status);
        if (code > STATUS_CONTEXT) fail("a child ended in no way known");
        printf("%s %s\n", names[code], code == STATUS_OK ? "" : reason);
    } else if (WTERMSIG(status) == SIGABRT) {
        printf("aborted %s\n", reason);
    } else {
        printf("killed %d\n", WTERMSIG(status));
    }
}

int main(int argc, char **argv) {
    if (argc != 3) fail("usage: load_headers LIBRARIES BACKENDS");
    reason = mmap(NULL, REASON_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (reason == MAP_FAILED) fail("no memory");
    load_symbols(argv[1], argv[2]);
    struct request request;
    while (fread(&request, sizeof request, 1, stdin) == 1) {
        int file = take_file(request.header_bytes, request.file_bytes);
        int adapter = -1;
        if (request.adapter_bytes > 0) adapter = take_file(request.adapter_bytes, request.adapter_bytes);
        reason[0] = '\0';
        fflush(stdout);
        pid_t child = fork();
        if (child < 0) fail("no process");
        if (child == 0) {
            const struct rlimit memory = {MEMORY_BYTES, MEMORY_BYTES};
            const struct rlimit no_core = {0, 0};
            setrlimit(RLIMIT_AS, &memory);
            setrlimit(RLIMIT_CORE, &no_core);
            alarm(SECONDS);
            char path[64], adapter_path[64];
            snprintf(path, sizeof path, "/proc/self/fd/%d", file);
            snprintf(adapter_path, sizeof adapter_path, "/proc/self/fd/%d", adapter);
            _exit(try_model(path, request.vocabulary_only != 0, adapter < 0 ? NULL : adapter_path));
        }
        int status;
        if (waitpid(child, &status, 0) != child) fail("a child is gone");
        close(file);
        if (adapter >= 0) close(adapter);
        answer(status);
    }
    return 0;
}
