#include "device_path.h"

#include "firmware.h"
#include "shared/memory.h"
#include "uefi/blocks.h"

// No path has so many; a firmware whose paths do not end is not followed further.
enum { NODES_MAX = 64 };

static const uint8_t *path_of(EFI_HANDLE handle) {
    static const EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    void *path;
    EFI_STATUS status = firmware->BootServices->HandleProtocol(handle, &guid, &path);
    return EFI_ERROR(status) ? NULL : path;
}

static size_t node_bytes(const uint8_t *node) { return node[2] | (size_t)node[3] << 8; }

bool device_path_holds(EFI_HANDLE whole, EFI_HANDLE device) {
    if (whole == device) return true;
    const uint8_t *a = path_of(whole), *b = path_of(device);
    if (a == NULL || b == NULL) return false;
    for (int i = 0; i < NODES_MAX; i++) {
        size_t bytes = node_bytes(a);
        if (a[0] == EFI_DEVICE_PATH_END) return i > 0;
        if (bytes < sizeof(EFI_DEVICE_PATH_PROTOCOL) || node_bytes(b) != bytes) return false;
        if (memcmp(a, b, bytes) != 0) return false;
        a += bytes;
        b += bytes;
    }
    return false;
}
