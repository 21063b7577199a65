#include "files.h"

#include "firmware.h"
#include "shared/utf8.h"

enum {
    MAX_PATH_CHARACTERS = 255,
    // Firmware that gathers clusters into long runs gains nothing beyond this.
    PIECE_BYTES = 4 << 20,
};

// The root of the disk; NULL if the firmware cannot read it.
static EFI_FILE_PROTOCOL *open_root(void) {
    static const EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    static const EFI_GUID system_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_BOOT_SERVICES *services = firmware->BootServices;
    void *image, *system;
    EFI_FILE_PROTOCOL *root;
    if (EFI_ERROR(services->HandleProtocol(firmware_image, &image_guid, &image))) return NULL;
    EFI_HANDLE device = ((EFI_LOADED_IMAGE_PROTOCOL *)image)->DeviceHandle;
    if (EFI_ERROR(services->HandleProtocol(device, &system_guid, &system))) return NULL;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume = system;
    return EFI_ERROR(volume->OpenVolume(volume, &root)) ? NULL : root;
}

static bool convert_path(CHAR16 converted[MAX_PATH_CHARACTERS + 1], const char *path) {
    struct utf8_decoder decoder = {0};
    size_t length = 0;
    for (; *path != '\0'; path++) {
        uint32_t characters[2];
        unsigned count = utf8_decode(&decoder, (uint8_t)*path, characters);
        for (unsigned i = 0; i < count; i++) {
            if (characters[i] > 0xffff || length == MAX_PATH_CHARACTERS) return false;
            converted[length++] = characters[i] == '/' ? '\\' : (CHAR16)characters[i];
        }
    }
    converted[length] = 0;
    return decoder.missing == 0;
}

// False if it is no file, or nothing is known about it.
static bool query_size(EFI_FILE_PROTOCOL *protocol, uint64_t *size_bytes) {
    static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
    // The name comes with it.
    enum { INFO_BYTES = sizeof(EFI_FILE_INFO) + (MAX_PATH_CHARACTERS + 1) * sizeof(CHAR16) };
    _Alignas(EFI_FILE_INFO) uint8_t buffer[INFO_BYTES];
    UINTN buffer_bytes = sizeof buffer;
    if (EFI_ERROR(protocol->GetInfo(protocol, &info_guid, &buffer_bytes, buffer))) return false;
    const EFI_FILE_INFO *info = (const EFI_FILE_INFO *)buffer;
    *size_bytes = info->FileSize;
    return (info->Attribute & EFI_FILE_DIRECTORY) == 0;
}

enum file_opening file_open(struct file *file, const char *path, struct failure *failure) {
    CHAR16 converted[MAX_PATH_CHARACTERS + 1];
    file->path = path;
    if (!convert_path(converted, path)) {
        fail(failure, "%s cannot be the name of a file here", path);
        return FILE_UNREADABLE;
    }
    EFI_FILE_PROTOCOL *root = open_root();
    if (root == NULL) {
        fail(failure, "the disk that the application is on cannot be read");
        return FILE_UNREADABLE;
    }
    EFI_STATUS status = root->Open(root, &file->protocol, converted, EFI_FILE_MODE_READ, 0);
    root->Close(root);
    if (status == EFI_NOT_FOUND) {
        fail(failure, "there is no %s on the disk", path);
        return FILE_MISSING;
    }
    if (EFI_ERROR(status)) {
        fail(failure, "%s cannot be opened (firmware status %u)", path, (unsigned)status);
        return FILE_UNREADABLE;
    }
    if (!query_size(file->protocol, &file->size_bytes)) {
        file_close(file);
        fail(failure, "%s is no file", path);
        return FILE_UNREADABLE;
    }
    return FILE_OPENED;
}

void file_close(struct file *file) { file->protocol->Close(file->protocol); }

bool file_read(const struct file *file, uint64_t offset, void *buffer, uint64_t size_bytes,
               file_progress *progress, struct failure *failure) {
    EFI_STATUS status = file->protocol->SetPosition(file->protocol, offset);
    uint64_t done = 0;
    while (!EFI_ERROR(status) && done < size_bytes) {
        uint64_t left = size_bytes - done;
        UINTN piece = left < PIECE_BYTES ? left : PIECE_BYTES;
        status = file->protocol->Read(file->protocol, &piece, (uint8_t *)buffer + done);
        if (piece == 0) break;
        done += piece;
        if (progress != NULL && !EFI_ERROR(status)) progress(file, done, size_bytes);
    }
    if (!EFI_ERROR(status) && done == size_bytes) return true;
    return fail(failure, "%s cannot be read beyond %llu of its %llu bytes (firmware status %u)", file->path,
                (unsigned long long)(offset + done), (unsigned long long)file->size_bytes,
                (unsigned)status);
}
