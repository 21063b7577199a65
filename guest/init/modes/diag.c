#include "diag.h"

#include "console/console.h"
#include "kernel/file.h"
#include "kernel/statistics.h"
#include "kernel/sys.h"
#include "llama/llama.h"
#include "model/disk.h"
#include "model/model.h"
#include "process/status.h"
#include "text/text.h"

static void fact(const char *name, const char *value) { console_line("zosia: %s=%s", name, value); }

static void number_fact(const char *name, unsigned long number) {
    char text[24];
    text_format(text, sizeof text, "%lu", number);
    fact(name, text);
}

// Ends `text` at its first line end.
static char *first_line(char *text) {
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '\n') *at = '\0';
    }
    return text;
}

static void print_cpus(void) { number_fact("cpus", processors_online()); }

// The first processor's: a line "flags : ..." on x86_64, "Features : ..." on aarch64.
static void print_cpu_features(void) {
    static char text[16 * 1024];
    file_read("/proc/cpuinfo", text, sizeof text);
    const char *line = text_find(text, "\nflags\t");
    if (line == NULL) line = text_find(text, "\nFeatures\t");
    const char *value = line == NULL ? NULL : text_find(line, ": ");
    fact("cpu_features", value == NULL ? "" : first_line((char *)value + 2));
}

static void print_kernel(void) {
    char release[128];
    file_read("/proc/sys/kernel/osrelease", release, sizeof release);
    fact("kernel", first_line(release));
}

// A comma and a name as vdgb for each of the 184 disks that a machine has room for, and the NUL.
enum { DISK_NAMES_MAX = 1024 };

static bool list_disk(const char *name, void *context) {
    char *list = context;
    if (!disk_is_virtio(name)) return true;
    size_t length = text_length(list);
    text_format(list + length, DISK_NAMES_MAX - length, "%s%s", length > 0 ? "," : "", name);
    return true;
}

static void print_disks(const char *model_disk) {
    char names[DISK_NAMES_MAX] = "", label[DISK_LABEL_MAX] = "";
    directory_visit("/sys/class/block", list_disk, names);
    fact("virtio_disks", names);
    disk_read_label(model_disk, label);
    fact("disk_label", label);
    number_fact("disk_bytes", disk_size_bytes(model_disk));
}

// "GGUF 3" for a file that begins as GGUF version 3 does (GGUF specification: magic, then version).
static void print_model_format(const char *path) {
    unsigned char start[8] = {0};
    int fd = sys_open(path, O_RDONLY);
    if (fd >= 0) {
        sys_pread(fd, start, sizeof start, 0);
        sys_close(fd);
    }
    bool gguf = start[0] == 'G' && start[1] == 'G' && start[2] == 'U' && start[3] == 'F';
    char text[16];
    text_format(text, sizeof text, "GGUF %d", start[4] | start[5] << 8);
    fact("model_format", gguf ? text : "unknown");
}

int diag_run(void) {
    static struct model model;
    const char *disk = model_disk_path();
    bool program_found = sys_access(LLAMA_CLI, X_OK) == 0, model_found = model_find(&model);
    fact("model_dev", disk[0] != '\0' ? disk : "none");
    fact("llama_bin", program_found ? "llama-cli" : "none");
    fact("model_path", model_found ? model.path : "none");
    print_kernel();
    print_cpus();
    number_fact("memory_mib", (unsigned long)memory_total_mib());
    number_fact("memory_available_mib", (unsigned long)memory_available_mib());
    print_cpu_features();
    print_disks(disk);
    if (model_found) {
        number_fact("model_bytes", file_size(model.path));
        print_model_format(model.path);
    }
    return disk[0] != '\0' && program_found && model_found ? STATUS_OK : STATUS_FAILED;
}
