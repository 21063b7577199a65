// find_models: which models a firmware's disks have, and where the settings are read from.
//
//     find_models [boots-from=HANDLE] [broken=HANDLE] [IMAGE] -- HANDLE PATH[=TEXT] ...
//
// HANDLE is a number; a PATH that ends with a slash is a folder. IMAGE is how a disk begins that may have
// partitions. Prints the text of llama2.cfg, then each model, and which parts of it there are.

#define _DEFAULT_SOURCE
#include <strings.h>

#include "fake_disks.h"
#include "firmware/models.h"

static struct fake_volume *volumes[100];

static void add(unsigned handle, char *path) {
    if (volumes[handle] == NULL) volumes[handle] = fake_add_volume((EFI_HANDLE)(uintptr_t)handle);
    struct fake_volume *volume = volumes[handle];
    size_t length = strlen(path);
    char *text = strchr(path, '=');
    if (text != NULL) *text++ = '\0';
    if (length > 0 && path[length - 1] == '/') {
        path[length - 1] = '\0';
        fake_add(volume, path, "", 0)->is_folder = true;
    } else if (length > 0) {
        fake_add_text(volume, path, text == NULL ? "" : text);
    }
}

static void print_settings(void) {
    struct file file;
    struct failure failure;
    char text[64] = "";
    if (file_open(&file, "llama2.cfg", &failure) != FILE_OPENED) {
        printf("%s\n", failure.text);
        return;
    }
    if (file_read(&file, 0, text, file.size_bytes, NULL, &failure)) printf("settings %s\n", text);
    file_close(&file);
}

static void print_model(const struct model_entry *model) {
    struct file file, part;
    struct failure failure;
    printf("%u %s, %llu bytes", (unsigned)(uintptr_t)model->volume, model->path,
           (unsigned long long)model->size_bytes);
    if (model_open(&file, model, &failure) != FILE_OPENED) abort();
    for (unsigned i = 1; i <= model->parts && model->parts > 1; i++) {
        bool is_there = file_open_part(&part, &file, i, &failure) == FILE_OPENED;
        printf(", %u %s", i, is_there ? "there" : failure.text);
        if (is_there) file_close(&part);
    }
    printf("\n");
    file_close(&file);
}

int main(int count, char **arguments) {
    static struct model_entry models[MODELS_MAX];
    int at = 1;
    fake_set_up();
    for (; at < count && strcmp(arguments[at], "--") != 0; at++) {
        char *number = strchr(arguments[at], '=');
        uintptr_t handle = number == NULL ? 0 : strtoul(number + 1, NULL, 10);
        if (number == NULL) fake_add_disk((EFI_HANDLE)98, arguments[at], 1 << 20, 512, NULL);
        else if (arguments[at][1] == 'o') fake_boot_from((EFI_HANDLE)handle);
        else (volumes[handle] = fake_add_volume((EFI_HANDLE)handle))->is_broken = true;
    }
    for (at++; at + 1 < count; at += 2) add((unsigned)atoi(arguments[at]), arguments[at + 1]);
    print_settings();
    unsigned found = models_find(models, MODELS_MAX);
    for (unsigned i = 0; i < found; i++) print_model(&models[i]);
    if (fake_open_files != 0 || fake_allocations != 0) printf("something is left open\n");
    if (fake_connections > 0) printf("connected\n");
    return 0;
}
