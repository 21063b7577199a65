// read_partitions: finds the partitions that are a model on a disk of a firmware, and reads one.
//
//     read_partitions BLOCK_BYTES BLOCKS IMAGE OFFSET SIZE [other=IMAGE] [part=NUMBER] [align=BYTES]
//         [shift=BYTES] [max=BYTES] [high] [logical] [absent]
//
// IMAGE is how the disk begins. The application was started from one of its partitions; `other` is another
// disk, which the firmware has first. Prints the partitions, in order, and whether what was read from OFFSET on
// is what the disk has there; or the failure.

#define _DEFAULT_SOURCE
#include <strings.h>

#include "fake_disks.h"
#include "firmware/files.h"

static uint8_t disk_path[] = {1, 1, 6, 0, 0, 3, 0x7f, 0xff, 4, 0};
static uint8_t other_path[] = {1, 1, 6, 0, 0, 4, 0x7f, 0xff, 4, 0};
static uint8_t boot_path[] = {1, 1, 6, 0, 0, 3, 4, 1, 5, 0, 1, 0x7f, 0xff, 4, 0};

static unsigned long long option(int count, char **arguments, const char *name,
                                 unsigned long long otherwise) {
    size_t length = strlen(name);
    for (int i = 6; i < count; i++) {
        if (strncmp(arguments[i], name, length) != 0) continue;
        return arguments[i][length] == '=' ? strtoull(arguments[i] + length + 1, NULL, 0) : 1;
    }
    return otherwise;
}

int main(int count, char **arguments) {
    if (count < 6) return 2;
    uint32_t block_bytes = (uint32_t)strtoull(arguments[1], NULL, 0);
    uint64_t blocks = strtoull(arguments[2], NULL, 0), offset = strtoull(arguments[4], NULL, 0);
    uint64_t size = strtoull(arguments[5], NULL, 0), shift = option(count, arguments, "shift", 0);
    fake_trouble.max_bytes = option(count, arguments, "max", 0);
    fake_set_up();
    fake_boot_from((EFI_HANDLE)12);
    for (int i = 6; i < count; i++) {
        if (strncmp(arguments[i], "other=", 6) != 0) continue;
        fake_add_disk((EFI_HANDLE)11, arguments[i] + 6, blocks, block_bytes, other_path);
    }
    struct fake_disk *disk = fake_add_disk((EFI_HANDLE)10, arguments[3], blocks, block_bytes, disk_path);
    disk->media.IoAlign = (uint32_t)option(count, arguments, "align", 0);
    disk->media.LogicalPartition = (BOOLEAN)option(count, arguments, "logical", 0);
    disk->media.MediaPresent = !option(count, arguments, "absent", 0);
    fake_install((EFI_HANDLE)12, (EFI_GUID)EFI_DEVICE_PATH_PROTOCOL_GUID, boot_path);

    struct partition partitions[PARTITIONS_MAX];
    unsigned found = partitions_find(partitions, PARTITIONS_MAX);
    for (unsigned i = 0; i < found; i++) {
        printf("%s %llu+%llu\n", partitions[i].device == &disk->protocol ? "own" : "other",
               (unsigned long long)partitions[i].first_block, (unsigned long long)partitions[i].blocks);
    }
    struct file file, part;
    struct failure failure;
    unsigned number = (unsigned)option(count, arguments, "part", 1);
    fake_trouble.high_fails = option(count, arguments, "high", 0);
    uint8_t *bytes = aligned_alloc(4096, (size + shift + 4096) / 4096 * 4096);
    bool done = file_open(&file, FILE_PARTITION, &failure) == FILE_OPENED;
    if (done) {
        unsigned parts = file_part_count(&file);
        done = file_open_part(&part, &file, number, &failure) == FILE_OPENED;
        if (done) {
            uint64_t start = part.partition.first_block * block_bytes + offset;
            fake_trouble.largest = 0;
            done = file_read(&part, offset, bytes + shift, size, NULL, &failure);
            bool right = done;
            for (uint64_t i = 0; i < size && right; i++) right = bytes[shift + i] == fake_byte(start + i);
            if (done)
                printf("%s, %zu at once, of %u parts\n", right ? "right" : "wrong", fake_trouble.largest,
                       parts);
            file_close(&part);
        }
        file_close(&file);
    }
    if (!done) printf("%s\n", failure.text);
    if (fake_allocations != 0) printf("something is left open\n");
    free(bytes);
    return 0;
}
