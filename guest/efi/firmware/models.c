#include "models.h"

#include "engine/base/text.h"
#include "engine/gguf/split_name.h"
#include "volumes.h"

// A folder that has more, or does not end, is not read further.
enum { FOLDER_ENTRIES_MAX = 4096, FOLDERS_MAX = 256 };

struct search {
    struct model_entry *models;
    unsigned capacity;
    unsigned count;
    EFI_HANDLE volume;
    unsigned folders_left;
};

static bool is_full(const struct search *search) { return search->count == search->capacity; }

// What files of the kind begin with.
static bool has_magic(const struct file *file) {
    struct failure failure;
    char magic[4];
    return file->size_bytes >= sizeof magic && file_read(file, 0, magic, sizeof magic, NULL, &failure) &&
           memcmp(magic, "GGUF", sizeof magic) == 0;
}

// `file` is open, and is closed.
static void add(struct search *search, struct file *file) {
    if (has_magic(file)) {
        struct model_entry *model = &search->models[search->count++];
        model->volume = file->protocol == NULL ? NULL : file->volume;
        model->partition = file->partition;
        model->size_bytes = file->size_bytes;
        model->parts = file_part_count(file);
        text_format(model->path, sizeof model->path, "%s", file->path);
    }
    file_close(file);
}

static bool ends_with_gguf(const char *path) {
    size_t length = text_length(path);
    if (length < 6 || path[length - 6] == '/') return false;
    for (size_t i = 0; i < 5; i++) {
        char c = path[length - 5 + i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != ".gguf"[i]) return false;
    }
    return true;
}

static void look_at_file(struct search *search, const char *path) {
    unsigned number, count;
    struct failure failure;
    struct file file;
    if (!ends_with_gguf(path) || (split_name_parse(path, &number, &count) && number != 1)) return;
    if (file_open_on(&file, search->volume, path, &failure) == FILE_OPENED) add(search, &file);
}

static bool is_dots(const CHAR16 *name) {
    return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

static void look_at_folder(struct search *search, EFI_FILE_PROTOCOL *folder, const char *path,
                           bool is_root);

static void look_into(struct search *search, EFI_FILE_PROTOCOL *root, const char *path) {
    CHAR16 converted[FILE_PATH_CHARACTERS + 1];
    EFI_FILE_PROTOCOL *folder;
    if (search->folders_left == 0 || !file_path_to_firmware(converted, path)) return;
    search->folders_left--;
    if (EFI_ERROR(root->Open(root, &folder, converted, EFI_FILE_MODE_READ, 0))) return;
    look_at_folder(search, folder, path, false);
    folder->Close(folder);
}

static void look_at_folder(struct search *search, EFI_FILE_PROTOCOL *folder, const char *path,
                           bool is_root) {
    enum { NAME_AT = offsetof(EFI_FILE_INFO, FileName) };
    union {
        EFI_FILE_INFO info;
        uint8_t bytes[NAME_AT + (FILE_PATH_CHARACTERS + 1) * sizeof(CHAR16)];
    } entry;
    for (unsigned i = 0; i < FOLDER_ENTRIES_MAX && !is_full(search); i++) {
        char name[FILE_PATH_BYTES];
        UINTN bytes = sizeof entry;
        EFI_STATUS status = folder->Read(folder, &bytes, &entry);
        // A name that is too long for the structure is passed over by no firmware: there it ends.
        if (EFI_ERROR(status) || bytes < NAME_AT || bytes > sizeof entry) return;
        size_t characters = (bytes - NAME_AT) / sizeof(CHAR16);
        if (characters == 0) continue;
        entry.info.FileName[characters - 1] = 0;
        if (is_dots(entry.info.FileName)) continue;
        text_format(name, sizeof name, "%s", path);
        if (!file_path_append(name, entry.info.FileName, characters)) continue;
        if ((entry.info.Attribute & EFI_FILE_DIRECTORY) == 0) look_at_file(search, name);
        else if (is_root) look_into(search, folder, name);
    }
}

static void look_at_volumes(struct search *search) {
    EFI_HANDLE volumes[VOLUMES_MAX];
    unsigned count = volumes_find(volumes);
    for (unsigned i = 0; i < count && !is_full(search); i++) {
        EFI_FILE_PROTOCOL *root = volume_root(volumes[i]);
        if (root == NULL) continue;
        search->volume = volumes[i];
        search->folders_left = FOLDERS_MAX;
        look_at_folder(search, root, "", true);
        root->Close(root);
    }
}

// The first partition of each disk: the others are parts of the same model.
static void look_at_partitions(struct search *search) {
    struct partition partitions[PARTITIONS_MAX];
    unsigned count = partitions_find(partitions, PARTITIONS_MAX);
    for (unsigned i = 0; i < count && !is_full(search); i++) {
        struct failure failure;
        struct file file;
        if (i > 0 && partitions[i - 1].device == partitions[i].device) continue;
        if (file_open_partition(&file, &partitions[i], &failure)) add(search, &file);
    }
}

unsigned models_find(struct model_entry *models, unsigned capacity) {
    struct search search = {.models = models, .capacity = capacity};
    volume_home(); // by looking for that, all disks are known
    look_at_partitions(&search);
    look_at_volumes(&search);
    return search.count;
}

enum file_opening model_open(struct file *file, const struct model_entry *model, struct failure *failure) {
    if (model->volume != NULL) return file_open_on(file, model->volume, model->path, failure);
    return file_open_partition(file, &model->partition, failure) ? FILE_OPENED : FILE_UNREADABLE;
}
