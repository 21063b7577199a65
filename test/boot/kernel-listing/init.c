// A process 1 that shows what the kernel makes of ext4 file systems: it mounts them read-only, one after
// the other, reports everything in them and the kernel's log, and switches the machine off.
//
// The run's arguments say where on the disk they are: "START LENGTH", in sectors. Without arguments the
// disk itself, or the one of the request's table, is one. Arguments that are absolute paths are folders of the initramfs instead.
#include "calls.h"
#include "console/console.h"
#include "machine/modules.h"
#include "machine/mounts.h"
#include "machine/power.h"
#include "model/disk.h"
#include "model/mapped_disk.h"
#include "report.h"
#include "request/request.h"
#include "text/text.h"
#include "tree.h"

__asm__(START_ASSEMBLY);

#define MOUNT_POINT "/listed"

enum { SECTOR_BYTES = 512, LOG_MAX_BYTES = 1 << 20 };

static void report_folder(const char *path) {
    report_begin("tree");
    report_end();
    tree_report(path);
    int root = sys_open("/", O_RDONLY);
    sys_change_directory(root);
    sys_close(root);
}

static void report_disk(const char *device) {
    long error = sys_mount(device, MOUNT_POINT, "ext4", MS_RDONLY | MS_NODEV | MS_NOEXEC, NULL);
    if (error < 0) {
        report_problem("mount", error, device, text_length(device));
        return;
    }
    report_folder(MOUNT_POINT);
    error = sys_unmount(MOUNT_POINT, 0);
    if (error < 0) report_problem("umount2", error, device, text_length(device));
}

static long change_partition(int disk, int operation, struct partition *partition) {
    struct partition_request request = {operation, 0, sizeof *partition, partition};
    return sys_ioctl(disk, BLKPG, &request);
}

static bool parse_range(const char *text, struct partition *partition) {
    unsigned start, length;
    if (!text_parse_number(&text, UINT32_MAX, &start) || *text++ != ' ') return false;
    if (!text_parse_number(&text, UINT32_MAX, &length) || *text != '\0') return false;
    partition->start_bytes = (int64_t)start * SECTOR_BYTES;
    partition->length_bytes = (int64_t)length * SECTOR_BYTES;
    return true;
}

// Makes a part of the disk a device of its own while it is looked at.
static void report_part(const char *device, const char *range) {
    struct partition partition = {.number = 1};
    char path[DISK_PATH_MAX + 1];
    text_format(path, sizeof path, "%s%d", device, partition.number);
    int disk = sys_open(device, O_RDONLY);
    long error = parse_range(range, &partition) ? disk : -EINVAL;
    if (error >= 0) error = change_partition(disk, BLKPG_ADD_PARTITION, &partition);
    if (error < 0) {
        report_problem("add partition", error, range, text_length(range));
    } else {
        report_disk(path);
        error = change_partition(disk, BLKPG_DEL_PARTITION, &partition);
        if (error < 0) report_problem("delete partition", error, range, text_length(range));
    }
    sys_close(disk);
}

static void report_kernel_log(void) {
    static char log[LOG_MAX_BYTES];
    long size = sys_read_kernel_log(log, sizeof log);
    if (size < 0) report_problem("syslog", size, "", 0);
    report_begin("log");
    report_field("text");
    report_hex(log, size < 0 ? 0 : (size_t)size);
    report_end();
}

// Called by _start, on the stack the kernel prepared.
_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct request request;
    char device[DISK_PATH_MAX];
    console_open();
    power_off_on_crash();
    mount_kernel_file_systems();
    modules_load();
    sys_mkdir(MOUNT_POINT, 0755);
    if (!report_open() || !request_read(&request)) {
        console_line("no port or no request");
        power_off(1);
    }
    bool is_folder = request.argument_count > 0 && request.arguments[0][0] == '/';
    bool is_mapped = mapped_disk_is_requested();
    if (!is_folder && !(is_mapped ? mapped_disk_make(device) : disk_find("ZOSIA_MODEL", device))) {
        console_line("no disk");
        power_off(1);
    }
    for (unsigned i = 0; i < request.argument_count; i++) {
        if (is_folder) report_folder(request.arguments[i]);
        else report_part(device, request.arguments[i]);
    }
    if (request.argument_count == 0) report_disk(device);
    report_kernel_log();
    report_begin("end");
    report_end();
    power_off(report_finish() ? 0 : 1);
}
