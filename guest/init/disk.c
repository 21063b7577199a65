#include "disk.h"

#include "file.h"
#include "sys.h"
#include "text.h"

// Drivers find their disks while their modules load, so the first look nearly always succeeds; the
// wait is for hosts whose devices answer late.
enum { APPEAR_TIMEOUT_MS = 1000, APPEAR_POLL_MS = 5 };

// ext4 superblock (Documentation/filesystems/ext4/globals.rst): 1024 bytes into the file system.
enum {
    SUPERBLOCK_OFFSET = 1024,
    SUPERBLOCK_MAGIC_OFFSET = 0x38,
    SUPERBLOCK_LABEL_OFFSET = 0x78,
    SUPERBLOCK_LABEL_SIZE = DISK_LABEL_MAX - 1,
    SUPERBLOCK_MAGIC_LOW = 0x53,
    SUPERBLOCK_MAGIC_HIGH = 0xEF,
};

struct search {
    const char *label;
    unsigned device_count;
    unsigned ext4_count;
    bool labelled;
    char path[DISK_PATH_MAX];
};

bool disk_is_virtio(const char *name) { return text_starts_with(name, "vd"); }

bool disk_read_label(const char *path, char label[DISK_LABEL_MAX]) {
    unsigned char superblock[256];
    int fd = sys_open(path, O_RDONLY);
    if (fd < 0) return false;
    long size = sys_pread(fd, superblock, sizeof superblock, SUPERBLOCK_OFFSET);
    sys_close(fd);
    if (size != sizeof superblock || superblock[SUPERBLOCK_MAGIC_OFFSET] != SUPERBLOCK_MAGIC_LOW ||
        superblock[SUPERBLOCK_MAGIC_OFFSET + 1] != SUPERBLOCK_MAGIC_HIGH) {
        return false;
    }
    memcpy(label, superblock + SUPERBLOCK_LABEL_OFFSET, SUPERBLOCK_LABEL_SIZE);
    label[SUPERBLOCK_LABEL_SIZE] = '\0';
    return true;
}

unsigned long disk_size_bytes(const char *path) {
    char name[64], digits[24];
    text_format(name, sizeof name, "/sys/class/block/%s/size", path + sizeof "/dev/" - 1);
    const char *cursor = digits;
    unsigned sector_count;
    if (!text_starts_with(path, "/dev/") || file_read(name, digits, sizeof digits) <= 0 ||
        !text_parse_number(&cursor, UINT32_MAX, &sector_count)) {
        return 0;
    }
    return sector_count * 512ul; // whatever the disk's own sectors are (Documentation/ABI/stable/sysfs-block)
}

// Which name comes first in the directory is not defined, so of several labelled file systems the lowest
// name wins.
static bool consider(const char *name, void *context) {
    struct search *search = context;
    char path[DISK_PATH_MAX], label[DISK_LABEL_MAX];
    if (!disk_is_virtio(name) || text_length(name) > DISK_PATH_MAX - sizeof "/dev/") return true;
    search->device_count++;
    text_format(path, sizeof path, "/dev/%s", name);
    if (!disk_read_label(path, label)) return true;
    search->ext4_count++;

    bool labelled = text_equal(label, search->label);
    if (search->labelled && (!labelled || text_compare(path, search->path) > 0)) return true;
    search->labelled = labelled;
    memcpy(search->path, path, sizeof path);
    return true;
}

bool disk_find(const char *label, char path[DISK_PATH_MAX]) {
    struct search search;
    for (long deadline = sys_now_ms() + APPEAR_TIMEOUT_MS;; sys_sleep_ms(APPEAR_POLL_MS)) {
        search = (struct search){.label = label};
        directory_visit("/sys/class/block", consider, &search);
        if (search.device_count > 0 || sys_now_ms() >= deadline) break;
    }
    memcpy(path, search.path, sizeof search.path);
    return search.labelled || search.ext4_count == 1;
}
