// write_file: writes a file on a firmware's disk that has other files, or something wrong with it.
//
//     write_file PATH TEXT [read-only] [no-rename] [no-flush] [no-disk] [room=BYTES] [max=BYTES]
//         [PATH=TEXT] ...
//
// TEXT is written 1000 times. Prints the failure, if there is one, and what is then on the disk.

#define _DEFAULT_SOURCE
#include <strings.h>

#include "fake_disks.h"
#include "firmware/file_write.h"

int main(int count, char **arguments) {
    if (count < 3) return 2;
    struct fake_volume *volume = NULL;
    struct failure failure;
    static char text[1 << 16];
    enum { TIMES = 1000 };
    size_t length = strlen(arguments[2]);
    for (size_t i = 0; i < TIMES; i++) memcpy(text + i * length, arguments[2], length);
    fake_set_up();
    fake_boot_from((EFI_HANDLE)10);
    if (strcmp(arguments[count - 1], "no-disk") != 0) volume = fake_add_volume((EFI_HANDLE)10);
    for (int i = 3; i < count && volume != NULL; i++) {
        char *value = strchr(arguments[i], '=');
        if (value != NULL) *value++ = '\0';
        if (strcmp(arguments[i], "read-only") == 0) volume->is_read_only = true;
        else if (strcmp(arguments[i], "no-rename") == 0) volume->cannot_rename = true;
        else if (strcmp(arguments[i], "no-flush") == 0) volume->cannot_flush = true;
        else if (strcmp(arguments[i], "room") == 0) volume->room_bytes = strtoull(value, NULL, 10);
        else if (strcmp(arguments[i], "max") == 0) volume->write_max = strtoull(value, NULL, 10);
        else fake_add_text(volume, arguments[i], value);
    }
    if (!file_write(arguments[1], text, length * TIMES, &failure)) printf("%s\n", failure.text);
    for (unsigned i = 0; volume != NULL && i < volume->count; i++) {
        const struct fake_node *node = &volume->nodes[i];
        if (node->path == NULL) continue;
        bool whole = node->size_bytes == length * TIMES && memcmp(node->bytes, text, length * TIMES) == 0;
        printf("%s %llu %s\n", node->path, (unsigned long long)node->size_bytes, whole ? "new" : "other");
    }
    if (fake_open_files != 0) printf("something is left open\n");
    return 0;
}
