// read_files: reads a file of 5 GiB from a firmware whose reading has something wrong with it.
//
//     read_files OFFSET SIZE [max=BYTES] [short=BYTES] [bad=OFFSET] [high] [status=NUMBER]
//
// Prints whether all of it came as it is on disk, the largest piece and how often the firmware was asked, and
// the last that progress was told; or the failure.

#define _DEFAULT_SOURCE
#include <strings.h>

#include "fake_disks.h"
#include "firmware/files.h"

static uint64_t told;

static void progress(const struct file *file, uint64_t done, uint64_t all) {
    (void)file;
    if (done <= told || done > all) abort();
    told = done;
}

static void read_option(const char *option) {
    uint64_t number = strchr(option, '=') == NULL ? 0 : strtoull(strchr(option, '=') + 1, NULL, 0);
    if (strncmp(option, "max=", 4) == 0) fake_trouble.max_bytes = number;
    else if (strncmp(option, "short=", 6) == 0) fake_trouble.short_bytes = number;
    else if (strncmp(option, "bad=", 4) == 0) fake_trouble.bad_at = number;
    else if (strncmp(option, "status=", 7) == 0) fake_trouble.status = EFI_ERROR_BIT | number;
    else fake_trouble.high_fails = true;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    uint64_t offset = strtoull(arguments[1], NULL, 0), size = strtoull(arguments[2], NULL, 0);
    for (int i = 3; i < count; i++) read_option(arguments[i]);
    fake_set_up();
    fake_boot_from((EFI_HANDLE)10);
    struct fake_volume *volume = fake_add_volume((EFI_HANDLE)10);
    fake_add(volume, "models/large.gguf", NULL, (uint64_t)5 << 30);
    struct file file;
    struct failure failure;
    uint8_t *bytes = malloc(size); // its end is watched
    bool done = file_open(&file, "models/large.gguf", &failure) == FILE_OPENED;
    if (done) {
        done = file_read(&file, offset, bytes, size, progress, &failure);
        file_close(&file);
    }
    bool right = done && told == size;
    for (uint64_t i = 0; i < size && right; i++) right = bytes[i] == fake_byte(offset + i);
    if (done) printf("%s, %zu, %u\n", right ? "right" : "wrong", fake_trouble.largest, fake_trouble.reads);
    else printf("%s\n", failure.text);
    if (fake_open_files != 0 || fake_allocations != 0) printf("something is left open\n");
    free(bytes);
    return 0;
}
