#include "mapped_disk.h"

#include "console/console.h"
#include "kernel/device_mapper.h"
#include "kernel/file.h"
#include "kernel/sys.h"
#include "kernel/wait_limit.h"
#include "text/text.h"

enum {
    APPEAR_TIMEOUT_MS = 2000,
    APPEAR_POLL_MS = 5,
    APPEAR_LOOKS = 400,
    // Four decimal numbers a row.
    TABLE_TEXT_MAX = MAPPED_ROWS_MAX * 64,
    // A row, the path of a disk and a number.
    ROW_MAX = sizeof(struct dm_target_spec) + DISK_PATH_MAX + 24,
};

struct row {
    unsigned long start, length, disk_start;
    unsigned disk;
};

// What the machine calls its disks: by number, as the rows do.
#define SERIAL_PREFIX "zosia-disk-"

static struct {
    struct row rows[MAPPED_ROWS_MAX];
    unsigned row_count, disk_count;
    char disks[MAPPED_DISKS_MAX][DISK_PATH_MAX];
} table;

bool mapped_disk_is_requested(void) { return sys_access(REQUEST_TABLE_PATH, R_OK) == 0; }

// "START LENGTH DISK DISK-START\n", in sectors.
static bool read_row(const char **cursor, struct row *row) {
    return text_parse_long(cursor, INT64_MAX / 512, &row->start) && *(*cursor)++ == ' ' &&
           text_parse_long(cursor, INT64_MAX / 512, &row->length) && *(*cursor)++ == ' ' &&
           text_parse_number(cursor, MAPPED_DISKS_MAX - 1, &row->disk) && *(*cursor)++ == ' ' &&
           text_parse_long(cursor, INT64_MAX / 512, &row->disk_start) && *(*cursor)++ == '\n';
}

static bool read_table(void) {
    static char text[TABLE_TEXT_MAX];
    long length = file_read(REQUEST_TABLE_PATH, text, sizeof text);
    if (length <= 0 || length == sizeof text - 1) return false;
    for (const char *cursor = text; *cursor != '\0'; table.row_count++) {
        if (table.row_count == MAPPED_ROWS_MAX) return false;
        struct row *row = &table.rows[table.row_count];
        if (!read_row(&cursor, row)) return false;
        if (row->disk >= table.disk_count) table.disk_count = row->disk + 1;
    }
    return true;
}

static bool consider(const char *name, void *context) {
    unsigned *found_count = context;
    char path[96], serial[24];
    text_format(path, sizeof path, "/sys/class/block/%s/serial", name);
    if (!disk_is_virtio(name) || file_read(path, serial, sizeof serial) <= 0) return true;
    const char *cursor = serial + sizeof SERIAL_PREFIX - 1;
    unsigned number;
    if (!text_starts_with(serial, SERIAL_PREFIX) ||
        !text_parse_number(&cursor, MAPPED_DISKS_MAX - 1, &number) || number >= table.disk_count ||
        text_length(name) > DISK_PATH_MAX - sizeof "/dev/") {
        return true;
    }
    if (table.disks[number][0] == '\0') ++*found_count;
    text_format(table.disks[number], DISK_PATH_MAX, "/dev/%s", name);
    return true;
}

static bool find_disks(void) {
    struct wait_limit limit = wait_limit_of(APPEAR_TIMEOUT_MS, APPEAR_LOOKS);
    unsigned found_count = 0;
    for (;; sys_sleep_ms(APPEAR_POLL_MS)) {
        directory_visit("/sys/class/block", consider, &found_count);
        if (found_count == table.disk_count) return true;
        if (wait_limit_reached(&limit)) return false;
    }
}

static void begin(struct dm_ioctl *request, size_t size) {
    memset(request, 0, sizeof *request);
    request->version[0] = DM_VERSION_MAJOR;
    request->data_size = (uint32_t)size;
    request->data_start = sizeof *request;
    request->flags = DM_READONLY_FLAG;
    text_format(request->name, sizeof request->name, "zosia-model");
}

// Writes the rows behind the request. Returns how many bytes both have.
static size_t write_rows(char *bytes) {
    size_t at = sizeof(struct dm_ioctl);
    for (const struct row *row = table.rows; row < table.rows + table.row_count; row++) {
        struct dm_target_spec *spec = (struct dm_target_spec *)(bytes + at);
        char *parameters = (char *)(spec + 1);
        size_t length = text_format(parameters, ROW_MAX - sizeof *spec, "%s %lu", table.disks[row->disk],
                                    row->disk_start);
        size_t size = (sizeof *spec + length + 1 + 7) / 8 * 8;
        *spec = (struct dm_target_spec){row->start, row->length, 0, (uint32_t)size, "linear"};
        at += size;
    }
    return at;
}

// Returns the minor number of the device, or a negated errno.
static long make_device(int control) {
    static _Alignas(8) char bytes[sizeof(struct dm_ioctl) + MAPPED_ROWS_MAX * ROW_MAX];
    struct dm_ioctl *request = (struct dm_ioctl *)bytes;
    begin(request, sizeof *request);
    long error = sys_ioctl(control, DM_DEV_CREATE, request);
    if (error < 0) return error;
    uint64_t device = request->device;
    size_t size = write_rows(bytes);
    begin(request, size);
    request->target_count = table.row_count;
    error = sys_ioctl(control, DM_TABLE_LOAD, request);
    if (error < 0) return error;
    // Resumes it, which puts the table in its place.
    begin(request, sizeof *request);
    error = sys_ioctl(control, DM_DEV_SUSPEND, request);
    return error < 0 ? error : (long)(device & 0xff);
}

bool mapped_disk_make(char path[DISK_PATH_MAX]) {
    if (!read_table()) {
        console_line("zosia: cannot read the table of the model disk");
        return false;
    }
    if (!find_disks()) {
        console_line("zosia: a disk of the model is missing");
        return false;
    }
    int control = sys_open(DM_CONTROL_PATH, O_RDWR);
    long minor = control < 0 ? control : make_device(control);
    if (control >= 0) sys_close(control);
    if (minor < 0) {
        console_line("zosia: cannot put the model disk together (errno %d)", (int)-minor);
        return false;
    }
    text_format(path, DISK_PATH_MAX, "/dev/dm-%d", (int)minor);
    return true;
}
