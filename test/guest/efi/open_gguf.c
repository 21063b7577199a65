// open_gguf: opens a GGUF on a disk of a firmware that the test makes up.
//
//     open_gguf PATH ...
//
// Opens the first file, beside which the others lie. Prints of each part how much was read of it at first, where
// its data begins and how long that is; or the failure.

#define _DEFAULT_SOURCE
#include <strings.h>

#include "app/gguf_files.h"
#include "app/load.h"
#include "fake_disks.h"

void load_tell(const char *path, uint64_t done_bytes, uint64_t all_bytes) {
    (void)path, (void)done_bytes, (void)all_bytes;
}

static const char *name_of(const char *path) {
    return strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
}

static void add(struct fake_volume *volume, const char *path) {
    enum { CAPACITY = 1 << 26 };
    uint8_t *bytes = malloc(CAPACITY);
    FILE *file = fopen(path, "rb");
    if (file == NULL) abort();
    fake_add(volume, name_of(path), bytes, fread(bytes, 1, CAPACITY, file));
    fclose(file);
    free(bytes);
}

int main(int count, char **arguments) {
    fake_set_up();
    fake_boot_from((EFI_HANDLE)10);
    struct fake_volume *volume = fake_add_volume((EFI_HANDLE)10);
    for (int i = 1; i < count; i++) add(volume, arguments[i]);
    static struct gguf_on_disk gguf;
    struct file first;
    struct failure failure;
    bool done = count > 1 && file_open(&first, name_of(arguments[1]), &failure) == FILE_OPENED;
    if (!done) return 2;
    done = gguf_open(&gguf, &first, &failure);
    for (uint32_t i = 0; done && i < gguf.files.count; i++) {
        printf("%llu %llu %llu\n", (unsigned long long)gguf.headers[i].size_bytes,
               (unsigned long long)gguf.files.files[i].data_at,
               (unsigned long long)gguf.files.data_bytes[i]);
    }
    if (!done) printf("%s\n", failure.text);
    gguf_release(&gguf);
    file_close(&first);
    if (fake_open_files != 0 || fake_allocations != 0) printf("something is left open\n");
    return 0;
}
