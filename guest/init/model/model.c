#include "model.h"

#include "console/console.h"
#include "disk.h"
#include "kernel/file.h"
#include "kernel/sys.h"
#include "mapped_disk.h"
#include "owner_map.h"
#include "process/confinement.h"
#include "text/text.h"

static char mounted_disk[DISK_PATH_MAX];

const char *model_disk_path(void) { return mounted_disk; }

bool model_disk_mount(void) {
    char disk[DISK_PATH_MAX];
    if (mapped_disk_is_requested()) {
        if (!mapped_disk_make(disk)) return false;
    } else if (!disk_find("ZOSIA_MODEL", disk)) {
        console_line("zosia: no virtio model disk found (/dev/vda..)");
        return false;
    }
    sys_mkdir(MODELS, 0755);
    long error = sys_mount(disk, MODELS, "ext4", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    if (error < 0) {
        console_line("zosia: failed to mount model disk (%s) at " MODELS " (errno %d)", disk, (int)-error);
        return false;
    }
    memcpy(mounted_disk, disk, sizeof disk);
    return true;
}

void model_disk_unmount(void) {
    while (sys_unmount(MODELS, MNT_DETACH) >= 0) continue; // it may be mounted twice (lend.h)
}

// Whether a name is that of a file beside the model.
static bool is_companion(const char *name) {
    const char *rest = name + sizeof "lora-" - 1;
    unsigned number;
    return text_equal(name, "mmproj.gguf") ||
           (text_starts_with(name, "lora-") && text_parse_number(&rest, MODEL_ADAPTERS_MAX, &number) &&
            text_equal(rest, ".gguf"));
}

// Keeps the lowest name of a model in `context`, a buffer of MODEL_PATH_MAX bytes.
static bool keep_lowest(const char *name, void *context) {
    char *lowest = context;
    size_t length = text_length(name);
    if (text_ends_with(name, ".gguf") && !is_companion(name) && length < MODEL_PATH_MAX - sizeof MODELS &&
        (lowest[0] == '\0' || text_compare(name, lowest) < 0)) {
        memcpy(lowest, name, length + 1);
    }
    return true;
}

// llama.cpp derives the names of a split model's parts from the path it is given, so where model.gguf
// is a link to the first part, it has to be given that.
static void resolve_link(char path[MODEL_PATH_MAX]) {
    char target[MODEL_PATH_MAX];
    long length = sys_read_link(path, target, sizeof target - sizeof MODELS);
    if (length <= 0 || length == sizeof target - sizeof MODELS || target[0] == '/') return;
    target[length] = '\0';
    text_format(path, MODEL_PATH_MAX, MODELS "/%s", target);
}

static void find_projector(char path[MODEL_PATH_MAX]) {
    text_format(path, MODEL_PATH_MAX, MODELS "/mmproj.gguf");
    if (sys_access(path, R_OK) < 0) path[0] = '\0';
}

static void find_adapters(struct model *model) {
    size_t length = 0;
    model->adapters[0] = '\0';
    for (int number = 1; number <= MODEL_ADAPTERS_MAX; number++) {
        char path[MODEL_ADAPTER_PATH_MAX];
        text_format(path, sizeof path, MODELS "/lora-%d.gguf", number);
        if (sys_access(path, R_OK) < 0) break;
        length += text_format(model->adapters + length, sizeof model->adapters - length, "%s%s",
                              number > 1 ? "," : "", path);
    }
}

// A disk's files may be for their owner's eyes only, and llama.cpp does not run as that.
static void make_readable(const char *path) {
    if (confinement_may_read(path)) return;
    long error = map_owner(MODELS, path, CONFINED_USER);
    if (error < 0 || !confinement_may_read(path)) {
        console_line("zosia: llama.cpp may not read %s, which is its owner's alone (errno %d)", path,
                     (int)-error);
    }
}

static bool find_file(char path[MODEL_PATH_MAX]) {
    text_format(path, MODEL_PATH_MAX, MODELS "/model.gguf");
    if (sys_access(path, R_OK) == 0) {
        resolve_link(path);
        return true;
    }
    char lowest[MODEL_PATH_MAX] = "";
    directory_visit(MODELS, keep_lowest, lowest);
    text_format(path, MODEL_PATH_MAX, MODELS "/%s", lowest);
    return lowest[0] != '\0';
}

bool model_find(struct model *model) {
    find_projector(model->projector);
    find_adapters(model);
    bool found = find_file(model->path);
    if (found) make_readable(model->path);
    return found;
}
