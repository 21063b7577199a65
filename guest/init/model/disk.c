#include "disk.h"

#include "kernel/file.h"
#include "kernel/sys.h"
#include "kernel/wait_limit.h"
#include "text/text.h"

// Drivers find their disks while their modules load, so the first look nearly always succeeds; the
// wait is for hosts whose devices answer late.
enum { APPEAR_TIMEOUT_MS = 1000, APPEAR_POLL_MS = 5, APPEAR_LOOKS = 200 };

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
    unsigned disk_count;
    unsigned ext4_count;
    bool labelled;
    char path[DISK_PATH_MAX];
};

bool disk_is_virtio(const char *name) { return text_starts_with(name, "vd"); }

static bool is_partition(const char *name) {
    char last = name[text_length(name) - 1];
    return last >= '0' && last <= '9';
}

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
    unsigned long sector_count;
    if (!text_starts_with(path, "/dev/") || file_read(name, digits, sizeof digits) <= 0 ||
        !text_parse_long(&cursor, INT64_MAX / 512, &sector_count)) {
        return 0;
    }
    return sector_count * 512; // whatever the disk's own sectors are (Documentation/ABI/stable/sysfs-block)
}

// Which name comes first in the directory is not defined, so of several labelled file systems the lowest
// name wins.
static bool consider(const char *name, void *context) {
    struct search *search = context;
    char path[DISK_PATH_MAX], label[DISK_LABEL_MAX];
    if (!disk_is_virtio(name) || text_length(name) > DISK_PATH_MAX - sizeof "/dev/") return true;
    if (!is_partition(name)) search->disk_count++;
    text_format(path, sizeof path, "/dev/%s", name);
    if (!disk_read_label(path, label)) return true;
    search->ext4_count++;

    bool labelled = text_equal(label, search->label);
    if (search->labelled && (!labelled || text_compare(path, search->path) > 0)) return true;
    search->labelled = labelled;
    memcpy(search->path, path, sizeof path);
    return true;
}

// Counts the virtio devices that are disks (virtio specification, device ID 2).
static bool count_announced(const char *device, void *context) {
    char path[96], id[16];
    text_format(path, sizeof path, "/sys/bus/virtio/devices/%s/device", device);
    if (file_read(path, id, sizeof id) > 0 && text_equal(id, "0x0002\n")) ++*(unsigned *)context;
    return true;
}

bool disk_find(const char *label, char path[DISK_PATH_MAX]) {
    struct search search;
    struct wait_limit limit = wait_limit_of(APPEAR_TIMEOUT_MS, APPEAR_LOOKS);
    for (;; sys_sleep_ms(APPEAR_POLL_MS)) {
        unsigned announced_count = 0;
        search = (struct search){.label = label};
        directory_visit("/sys/bus/virtio/devices", count_announced, &announced_count);
        directory_visit("/sys/class/block", consider, &search);
        // The labelled one is it; without, the one disk that is there may not be the one that is meant.
        bool complete = search.disk_count > 0 && search.disk_count >= announced_count;
        if (search.labelled || complete || wait_limit_reached(&limit)) break;
    }
    memcpy(path, search.path, sizeof search.path);
    return search.labelled || search.ext4_count == 1;
}
