#include "files.h"

#include "engine/base/text.h"
#include "engine/gguf/split_name.h"
#include "firmware.h"
#include "pages.h"
#include "status.h"
#include "volumes.h"

// False if it is no file, or nothing is known about it.
static bool query_size(EFI_FILE_PROTOCOL *protocol, uint64_t *size_bytes) {
    static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
    // The name comes with it.
    enum { INFO_BYTES = sizeof(EFI_FILE_INFO) + (FILE_PATH_CHARACTERS + 1) * sizeof(CHAR16) };
    _Alignas(EFI_FILE_INFO) uint8_t buffer[INFO_BYTES];
    UINTN buffer_bytes = sizeof buffer;
    if (EFI_ERROR(protocol->GetInfo(protocol, &info_guid, &buffer_bytes, buffer))) return false;
    const EFI_FILE_INFO *info = (const EFI_FILE_INFO *)buffer;
    *size_bytes = info->FileSize;
    return (info->Attribute & EFI_FILE_DIRECTORY) == 0;
}

static enum file_opening unreadable(struct failure *failure, const char *reason, const char *path) {
    fail(failure, reason, path);
    return FILE_UNREADABLE;
}

enum file_opening file_open_on(struct file *file, EFI_HANDLE volume, const char *path,
                               struct failure *failure) {
    CHAR16 converted[FILE_PATH_CHARACTERS + 1];
    *file = (struct file){.volume = volume};
    text_format(file->path, sizeof file->path, "%s", path);
    if (!file_path_to_firmware(converted, path)) {
        return unreadable(failure, "%s cannot be the name of a file here", path);
    }
    EFI_FILE_PROTOCOL *root = volume == NULL ? NULL : volume_root(volume);
    if (root == NULL) {
        return unreadable(failure, "no disk that the firmware can read has %s", path);
    }
    EFI_STATUS status = root->Open(root, &file->protocol, converted, EFI_FILE_MODE_READ, 0);
    root->Close(root);
    if (status == EFI_NOT_FOUND) {
        fail(failure, "there is no %s on the disk", path);
        return FILE_MISSING;
    }
    if (EFI_ERROR(status)) {
        fail(failure, "%s cannot be opened (the firmware says: %s)", path, status_name(status));
        return FILE_UNREADABLE;
    }
    if (query_size(file->protocol, &file->size_bytes)) return FILE_OPENED;
    file_close(file);
    return unreadable(failure, "%s is no file", path);
}

bool file_open_partition(struct file *file, const struct partition *partition, struct failure *failure) {
    *file = (struct file){.partition = *partition, .size_bytes = partition_bytes(partition)};
    text_format(file->path, sizeof file->path, "%s", FILE_PARTITION);
    return pages_allocate_low(&file->bounce, PARTITION_BOUNCE_BYTES, "reading a partition", failure);
}

static enum file_opening open_first_partition(struct file *file, struct failure *failure) {
    struct partition partition;
    if (partitions_find(&partition, 1) == 0) {
        fail(failure, "no disk has a partition that is a model");
        return FILE_MISSING;
    }
    return file_open_partition(file, &partition, failure) ? FILE_OPENED : FILE_UNREADABLE;
}

enum file_opening file_open(struct file *file, const char *path, struct failure *failure) {
    if (text_equal(path, FILE_PARTITION)) return open_first_partition(file, failure);
    return file_open_on(file, volume_home(), path, failure);
}

void file_close(struct file *file) {
    if (file->protocol != NULL) file->protocol->Close(file->protocol);
    if (file->bounce != NULL) pages_release(file->bounce, PARTITION_BOUNCE_BYTES);
    file->protocol = NULL;
    file->bounce = NULL;
}

// The partitions of the disk that the first one is on, from that on.
static unsigned find_parts(struct partition parts[PARTITIONS_MAX], const struct file *first) {
    struct partition all[PARTITIONS_MAX];
    unsigned count = partitions_find(all, PARTITIONS_MAX), found = 0;
    for (unsigned i = 0; i < count; i++) {
        bool begins = all[i].first_block == first->partition.first_block;
        bool beside = all[i].device == first->partition.device;
        if (beside && (found > 0 || begins)) parts[found++] = all[i];
    }
    return found;
}

unsigned file_part_count(const struct file *first) {
    struct partition parts[PARTITIONS_MAX];
    unsigned number, count;
    if (first->protocol != NULL) return split_name_parse(first->path, &number, &count) ? count : 1;
    count = find_parts(parts, first);
    return count == 0 ? 1 : count;
}

enum file_opening file_open_part(struct file *part, const struct file *first, unsigned number,
                                 struct failure *failure) {
    struct partition parts[PARTITIONS_MAX];
    char path[FILE_PATH_BYTES];
    *part = (struct file){0};
    if (first->protocol != NULL) {
        text_format(path, sizeof path, "%s", first->path);
        bool is_all = number == 1 && file_part_count(first) == 1;
        if (is_all || split_name_set_number(path, number))
            return file_open_on(part, first->volume, path, failure);
    } else if (number >= 1 && number <= find_parts(parts, first)) {
        return file_open_partition(part, &parts[number - 1], failure) ? FILE_OPENED : FILE_UNREADABLE;
    }
    fail(failure, "%s has no part %u", first->path, number);
    return FILE_MISSING;
}
