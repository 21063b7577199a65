// Disks of a firmware that a test makes up: file systems in memory, and disks of blocks. Reading them can
// fail in the ways that it does in the wild.
#ifndef ZOSIA_FAKE_DISKS_H
#define ZOSIA_FAKE_DISKS_H

#include "fake_firmware.h"
#include "uefi/blocks.h"
#include "uefi/files.h"

// What is wrong with reading, on all disks.
static struct {
    UINTN max_bytes; // more at once fails; 0 for any
    UINTN short_bytes; // no more than this comes at once; 0 for any
    bool high_fails; // buffers that are not low
    uint64_t bad_at; // this byte is unreadable
    unsigned reads;
    UINTN largest; // that succeeded
    EFI_STATUS status;
} fake_trouble = {.bad_at = UINT64_MAX, .status = EFI_DEVICE_ERROR};

static inline bool fake_read_fails(uint64_t offset, UINTN bytes, const void *buffer) {
    fake_trouble.reads++;
    bool bad = fake_trouble.bad_at >= offset && fake_trouble.bad_at - offset < bytes;
    bool too_large = fake_trouble.max_bytes != 0 && bytes > fake_trouble.max_bytes;
    bool fails = bad || too_large || (fake_trouble.high_fails && !fake_is_low(buffer, bytes));
    if (!fails && bytes > fake_trouble.largest) fake_trouble.largest = bytes;
    return fails;
}

// What files and disks of any size hold that have no bytes of their own.
static inline uint8_t fake_byte(uint64_t offset) { return (uint8_t)(offset * 0x9e3779b97f4a7c15u >> 56); }

struct fake_node {
    const char *path; // without the first slash; NULL when deleted
    uint8_t *bytes; // NULL for fake_byte
    uint64_t size_bytes;
    bool is_folder;
};

enum { FAKE_NODES_MAX = 64, FAKE_OPEN_MAX = 32 };

struct fake_volume {
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL protocol;
    struct fake_node nodes[FAKE_NODES_MAX];
    unsigned count;
    bool is_broken; // its root cannot be opened
    bool is_read_only;
    uint64_t room_bytes; // for what is written
    UINTN write_max; // more at once fails; 0 for any
    bool cannot_rename;
    bool cannot_flush;
};

struct fake_file {
    EFI_FILE_PROTOCOL protocol;
    struct fake_volume *volume;
    struct fake_node *node; // NULL for the root
    uint64_t position; // in a folder, the next node
};

static unsigned fake_open_files;

static inline struct fake_node *fake_find(struct fake_volume *volume, const char *path) {
    for (unsigned i = 0; i < volume->count; i++) {
        struct fake_node *node = &volume->nodes[i];
        if (node->path != NULL && strcasecmp(node->path, path) == 0) return node;
    }
    return NULL;
}

static inline struct fake_node *fake_add(struct fake_volume *volume, const char *path, const void *bytes,
                                         uint64_t size_bytes) {
    struct fake_node *node = &volume->nodes[volume->count++];
    uint8_t *copy = bytes == NULL ? NULL : malloc(size_bytes + 1);
    if (copy != NULL) memcpy(copy, bytes, size_bytes);
    *node = (struct fake_node){path, copy, size_bytes, false};
    return node;
}

static inline void fake_add_text(struct fake_volume *volume, const char *path, const char *text) {
    fake_add(volume, path, text, strlen(text));
}

static EFI_STATUS EFIAPI fake_close(EFI_FILE_PROTOCOL *protocol) {
    fake_open_files--;
    free(protocol);
    return EFI_SUCCESS;
}

static struct fake_file *fake_make_file(struct fake_volume *volume, struct fake_node *node);

static EFI_STATUS EFIAPI fake_open(EFI_FILE_PROTOCOL *protocol, EFI_FILE_PROTOCOL **opened,
                                   const CHAR16 *name, uint64_t mode, uint64_t attributes) {
    struct fake_file *file = (struct fake_file *)protocol;
    struct fake_volume *volume = file->volume;
    char path[256];
    size_t length = 0;
    (void)attributes;
    for (; *name != 0 && length < sizeof path - 1; name++)
        path[length++] = *name == '\\' ? '/' : (char)*name;
    path[length] = '\0';
    struct fake_node *node = fake_find(volume, path);
    if (node == NULL && !(mode & EFI_FILE_MODE_CREATE)) return EFI_NOT_FOUND;
    if ((mode & EFI_FILE_MODE_WRITE) && volume->is_read_only) return EFI_WRITE_PROTECTED;
    if (node == NULL) node = fake_add(volume, strdup(path), "", 0);
    *opened = &fake_make_file(volume, node)->protocol;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_delete(EFI_FILE_PROTOCOL *protocol) {
    ((struct fake_file *)protocol)->node->path = NULL;
    return fake_close(protocol);
}

// Fills in what is known about a node, under its name in its folder.
static EFI_STATUS fake_describe(const struct fake_node *node, UINTN *bytes, void *buffer) {
    const char *slash = strrchr(node->path, '/'), *name = slash == NULL ? node->path : slash + 1;
    UINTN needed = offsetof(EFI_FILE_INFO, FileName) + (strlen(name) + 1) * sizeof(CHAR16);
    if (*bytes < needed) return EFI_BUFFER_TOO_SMALL;
    EFI_FILE_INFO *info = buffer;
    memset(buffer, 0, needed);
    info->Size = *bytes = needed;
    info->FileSize = node->size_bytes;
    info->Attribute = node->is_folder ? EFI_FILE_DIRECTORY : 0;
    for (size_t i = 0; name[i] != '\0'; i++) info->FileName[i] = (uint8_t)name[i];
    return EFI_SUCCESS;
}

static bool fake_is_in(const struct fake_node *folder, const struct fake_node *node) {
    if (node->path == NULL) return false;
    const char *slash = strrchr(node->path, '/');
    if (folder == NULL) return slash == NULL;
    size_t length = strlen(folder->path);
    return slash == node->path + length && strncmp(node->path, folder->path, length) == 0;
}

static EFI_STATUS fake_read_folder(struct fake_file *file, UINTN *bytes, void *buffer) {
    for (; file->position < file->volume->count; file->position++) {
        const struct fake_node *node = &file->volume->nodes[file->position];
        if (!fake_is_in(file->node, node)) continue;
        EFI_STATUS status = fake_describe(node, bytes, buffer);
        if (status == EFI_SUCCESS) file->position++;
        return status;
    }
    *bytes = 0;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_read(EFI_FILE_PROTOCOL *protocol, UINTN *bytes, void *buffer) {
    struct fake_file *file = (struct fake_file *)protocol;
    struct fake_node *node = file->node;
    if (node == NULL || node->is_folder) return fake_read_folder(file, bytes, buffer);
    uint64_t left = file->position < node->size_bytes ? node->size_bytes - file->position : 0;
    if (*bytes > left) *bytes = left;
    if (fake_read_fails(file->position, *bytes, buffer)) {
        file->position += 7; // anywhere
        return fake_trouble.status;
    }
    if (fake_trouble.short_bytes != 0 && *bytes > fake_trouble.short_bytes)
        *bytes = fake_trouble.short_bytes;
    for (UINTN i = 0; i < *bytes; i++) {
        uint64_t at = file->position + i;
        ((uint8_t *)buffer)[i] = node->bytes == NULL ? fake_byte(at) : node->bytes[at];
    }
    file->position += *bytes;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_write(EFI_FILE_PROTOCOL *protocol, UINTN *bytes, const void *buffer) {
    struct fake_file *file = (struct fake_file *)protocol;
    struct fake_node *node = file->node;
    if (file->volume->write_max != 0 && *bytes > file->volume->write_max) return EFI_DEVICE_ERROR;
    if (file->position + *bytes > file->volume->room_bytes) return EFI_VOLUME_FULL;
    uint64_t end = file->position + *bytes;
    if (end > node->size_bytes) {
        node->bytes = realloc(node->bytes, end);
        node->size_bytes = end;
    }
    memcpy(node->bytes + file->position, buffer, *bytes);
    file->position = end;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_set_position(EFI_FILE_PROTOCOL *protocol, uint64_t position) {
    ((struct fake_file *)protocol)->position = position;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_get_info(EFI_FILE_PROTOCOL *protocol, const EFI_GUID *type, UINTN *bytes,
                                       void *buffer) {
    (void)type;
    return fake_describe(((struct fake_file *)protocol)->node, bytes, buffer);
}

static EFI_STATUS EFIAPI fake_set_info(EFI_FILE_PROTOCOL *protocol, const EFI_GUID *type, UINTN bytes,
                                       const void *buffer) {
    struct fake_file *file = (struct fake_file *)protocol;
    const EFI_FILE_INFO *info = buffer;
    char path[256];
    (void)type;
    if (file->volume->cannot_rename) return EFI_UNSUPPORTED;
    if (info->Size != bytes) return EFI_BAD_BUFFER_SIZE;
    const char *slash = strrchr(file->node->path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash + 1 - file->node->path);
    memcpy(path, file->node->path, length);
    for (size_t i = 0; info->FileName[i] != 0; i++) path[length++] = (char)info->FileName[i];
    path[length] = '\0';
    if (fake_find(file->volume, path) != NULL) return EFI_ACCESS_DENIED;
    file->node->path = strdup(path);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_flush(EFI_FILE_PROTOCOL *protocol) {
    return ((struct fake_file *)protocol)->volume->cannot_flush ? EFI_DEVICE_ERROR : EFI_SUCCESS;
}

static struct fake_file *fake_make_file(struct fake_volume *volume, struct fake_node *node) {
    struct fake_file *file = calloc(1, sizeof *file);
    file->protocol = (EFI_FILE_PROTOCOL){
        .Open = fake_open,
        .Close = fake_close,
        .Delete = fake_delete,
        .Read = fake_read,
        .Write = fake_write,
        .SetPosition = fake_set_position,
        .GetInfo = fake_get_info,
        .SetInfo = fake_set_info,
        .Flush = fake_flush,
    };
    file->volume = volume;
    file->node = node;
    fake_open_files++;
    return file;
}

static EFI_STATUS EFIAPI fake_open_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *protocol,
                                          EFI_FILE_PROTOCOL **root) {
    struct fake_volume *volume = (struct fake_volume *)protocol;
    if (volume->is_broken) return EFI_VOLUME_CORRUPTED;
    *root = &fake_make_file(volume, NULL)->protocol;
    return EFI_SUCCESS;
}

static inline struct fake_volume *fake_add_volume(EFI_HANDLE handle) {
    struct fake_volume *volume = calloc(1, sizeof *volume);
    volume->protocol.OpenVolume = fake_open_volume;
    volume->room_bytes = 1 << 20;
    fake_install(handle, (EFI_GUID)EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID, volume);
    return volume;
}

// The application was started from this device.
static inline void fake_boot_from(EFI_HANDLE device) {
    static EFI_LOADED_IMAGE_PROTOCOL image;
    image.DeviceHandle = device;
    fake_install((EFI_HANDLE)1, (EFI_GUID)EFI_LOADED_IMAGE_PROTOCOL_GUID, &image);
}

struct fake_disk {
    EFI_BLOCK_IO_PROTOCOL protocol;
    EFI_BLOCK_IO_MEDIA media;
    uint8_t *bytes; // the first of them
    uint64_t own_bytes; // that are in `bytes`; the rest is fake_byte
};

static EFI_STATUS EFIAPI fake_read_blocks(EFI_BLOCK_IO_PROTOCOL *protocol, uint32_t media, uint64_t block,
                                          UINTN bytes, void *buffer) {
    struct fake_disk *disk = (struct fake_disk *)protocol;
    UINTN size = disk->media.BlockSize;
    if (media != disk->media.MediaId) return EFI_MEDIA_CHANGED;
    if (bytes % size != 0) return EFI_BAD_BUFFER_SIZE;
    if (block + bytes / size > disk->media.LastBlock + 1) return EFI_INVALID_PARAMETER;
    if (disk->media.IoAlign > 1 && (uintptr_t)buffer % disk->media.IoAlign != 0)
        return EFI_INVALID_PARAMETER;
    if (fake_read_fails(block * size, bytes, buffer)) return fake_trouble.status;
    for (UINTN i = 0; i < bytes; i++) {
        uint64_t at = block * size + i;
        ((uint8_t *)buffer)[i] = at < disk->own_bytes ? disk->bytes[at] : fake_byte(at);
    }
    return EFI_SUCCESS;
}

// `path` is a device path.
static inline struct fake_disk *fake_add_disk(EFI_HANDLE handle, const char *image, uint64_t blocks,
                                              uint32_t block_bytes, void *path) {
    struct fake_disk *disk = calloc(1, sizeof *disk);
    disk->media = (EFI_BLOCK_IO_MEDIA){
        .MediaId = 9, .MediaPresent = 1, .BlockSize = block_bytes, .LastBlock = blocks - 1};
    disk->protocol = (EFI_BLOCK_IO_PROTOCOL){.Media = &disk->media, .ReadBlocks = fake_read_blocks};
    if (image != NULL) {
        FILE *file = fopen(image, "rb");
        if (file == NULL) abort();
        disk->bytes = malloc(1 << 22);
        disk->own_bytes = fread(disk->bytes, 1, 1 << 22, file);
        fclose(file);
    }
    fake_install(handle, (EFI_GUID)EFI_BLOCK_IO_PROTOCOL_GUID, disk);
    if (path != NULL) fake_install(handle, (EFI_GUID)EFI_DEVICE_PATH_PROTOCOL_GUID, path);
    return disk;
}

#endif
