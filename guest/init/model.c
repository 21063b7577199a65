#include "model.h"

#include "console.h"
#include "disk.h"
#include "file.h"
#include "sys.h"
#include "text.h"

#define MODELS "/models"

bool model_disk_mount(void) {
    char disk[DISK_PATH_MAX];
    if (!disk_find("ZOSIA_MODEL", disk)) {
        console_line("zosia: no virtio model disk found (/dev/vda..)");
        return false;
    }
    sys_mkdir(MODELS, 0755);
    long error = sys_mount(disk, MODELS, "ext4", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    if (error < 0) console_line("zosia: cannot mount %s at " MODELS " (errno %d)", disk, (int)-error);
    return error >= 0;
}

void model_disk_unmount(void) { sys_unmount(MODELS, MNT_DETACH); }

// Keeps the lowest name ending in .gguf in `context`, a buffer of MODEL_PATH_MAX bytes.
static bool keep_lowest(const char *name, void *context) {
    char *lowest = context;
    size_t length = text_length(name);
    if (text_ends_with(name, ".gguf") && length < MODEL_PATH_MAX - sizeof MODELS &&
        (lowest[0] == '\0' || text_compare(name, lowest) < 0)) {
        memcpy(lowest, name, length + 1);
    }
    return true;
}

bool model_find(char path[MODEL_PATH_MAX]) {
    text_format(path, MODEL_PATH_MAX, MODELS "/model.gguf");
    if (sys_access(path, R_OK) == 0) return true;
    char lowest[MODEL_PATH_MAX] = "";
    directory_visit(MODELS, keep_lowest, lowest);
    text_format(path, MODEL_PATH_MAX, MODELS "/%s", lowest);
    return lowest[0] != '\0';
}
