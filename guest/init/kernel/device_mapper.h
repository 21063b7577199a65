// The device mapper's ioctls (include/uapi/linux/dm-ioctl.h), interface version 4.
#ifndef ZOSIA_DEVICE_MAPPER_H
#define ZOSIA_DEVICE_MAPPER_H

#include <stdint.h>

#define DM_CONTROL_PATH "/dev/mapper/control"

// _IOWR(0xfd, number, struct dm_ioctl)
#define DM_DEV_CREATE 0xc138fd03UL
#define DM_DEV_SUSPEND 0xc138fd06UL
#define DM_TABLE_LOAD 0xc138fd09UL

enum { DM_VERSION_MAJOR = 4, DM_READONLY_FLAG = 1 << 0 };

struct dm_ioctl {
    uint32_t version[3];
    // Of all that follows this structure, too; and where in it the rows begin.
    uint32_t data_size, data_start;
    uint32_t target_count;
    int32_t open_count;
    uint32_t flags, event_number, padding;
    // As the kernel's huge_encode_dev has it: the lower eight bits of the minor number come first.
    uint64_t device;
    char name[128], uuid[129];
    char data[7];
};

// A row, which its parameters follow as text.
struct dm_target_spec {
    uint64_t sector_start, length;
    int32_t status;
    // From the start of this row to that of the next.
    uint32_t next;
    char target_type[16];
};

_Static_assert(sizeof(struct dm_ioctl) == 312 && sizeof(struct dm_target_spec) == 40,
               "as the kernel has them");

#endif
