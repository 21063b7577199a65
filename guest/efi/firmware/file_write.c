#include "file_write.h"

#include "engine/base/text.h"
#include "file_paths.h"
#include "status.h"
#include "volumes.h"

enum { PIECE_BYTES = 1 << 20, PIECE_BYTES_MIN = 512 };

static bool refuse(EFI_STATUS status, const char *path, struct failure *failure) {
    if (status == EFI_WRITE_PROTECTED || status == EFI_ACCESS_DENIED) {
        return fail(failure, "%s cannot be written: the disk is read-only", path);
    }
    if (status == EFI_VOLUME_FULL) return fail(failure, "%s cannot be written: the disk is full", path);
    return fail(failure, "%s cannot be written (the firmware says: %s)", path, status_name(status));
}

static EFI_STATUS open_for_writing(EFI_FILE_PROTOCOL *root, const CHAR16 *name, uint64_t create,
                                   EFI_FILE_PROTOCOL **file) {
    return root->Open(root, file, name, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | create, 0);
}

// That there is none is no failure; one that cannot be deleted is no file.
static EFI_STATUS erase(EFI_FILE_PROTOCOL *root, const CHAR16 *name) {
    EFI_FILE_PROTOCOL *file;
    EFI_STATUS status = open_for_writing(root, name, 0, &file);
    if (status == EFI_NOT_FOUND) return EFI_SUCCESS;
    if (EFI_ERROR(status)) return status;
    // A file that could not be deleted is told by a warning.
    return file->Delete(file) == EFI_SUCCESS ? EFI_SUCCESS : EFI_ACCESS_DENIED;
}

static EFI_STATUS write_all(EFI_FILE_PROTOCOL *file, const uint8_t *bytes, uint64_t size_bytes) {
    uint64_t done = 0, piece_bytes = PIECE_BYTES;
    while (done < size_bytes) {
        uint64_t left = size_bytes - done;
        UINTN tried = (UINTN)(left < piece_bytes ? left : piece_bytes), piece = tried;
        EFI_STATUS status = file->Write(file, &piece, bytes + done);
        if (!EFI_ERROR(status) && (piece == 0 || piece > tried)) status = EFI_DEVICE_ERROR;
        if (!EFI_ERROR(status)) {
            done += piece;
            continue;
        }
        bool final =
            status == EFI_VOLUME_FULL || status == EFI_WRITE_PROTECTED || status == EFI_ACCESS_DENIED;
        if (final || tried <= PIECE_BYTES_MIN) return status;
        piece_bytes = tried / 2 > PIECE_BYTES_MIN ? tried / 2 : PIECE_BYTES_MIN;
        status = file->SetPosition(file, done);
        if (EFI_ERROR(status)) return status;
    }
    return file->Flush(file);
}

static EFI_STATUS write_new(EFI_FILE_PROTOCOL *root, const CHAR16 *name, const uint8_t *bytes,
                            uint64_t size_bytes) {
    EFI_FILE_PROTOCOL *file;
    EFI_STATUS status = erase(root, name); // a shorter one would keep the end of the longer
    if (!EFI_ERROR(status)) status = open_for_writing(root, name, EFI_FILE_MODE_CREATE, &file);
    if (EFI_ERROR(status)) return status;
    status = write_all(file, bytes, size_bytes);
    if (EFI_ERROR(status)) file->Delete(file);
    else status = file->Close(file);
    return status;
}

// The new name has no folder: it stays in its own.
static EFI_STATUS give_name(EFI_FILE_PROTOCOL *root, const CHAR16 *from, const CHAR16 *to) {
    static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
    enum { NAME_AT = offsetof(EFI_FILE_INFO, FileName), NAME_BYTES = (FILE_PATH_CHARACTERS + 1) * 2 };
    union {
        EFI_FILE_INFO info;
        uint8_t bytes[NAME_AT + NAME_BYTES];
    } entry;
    EFI_FILE_PROTOCOL *file;
    EFI_STATUS status = open_for_writing(root, from, 0, &file);
    if (EFI_ERROR(status)) return status;
    UINTN bytes = sizeof entry;
    status = file->GetInfo(file, &info_guid, &bytes, &entry);
    if (!EFI_ERROR(status)) {
        const CHAR16 *name = to;
        size_t length = 0;
        for (const CHAR16 *c = to; *c != 0; c++) name = *c == '\\' ? c + 1 : name;
        while (name[length] != 0) length++;
        memcpy(entry.bytes + NAME_AT, name, (length + 1) * sizeof(CHAR16));
        bytes = NAME_AT + (length + 1) * sizeof(CHAR16);
        entry.info.Size = bytes;
        status = file->SetInfo(file, &info_guid, bytes, &entry);
    }
    file->Close(file);
    return status;
}

void file_write_new_path(char new_path[FILE_PATH_BYTES], const char *path) {
    text_format(new_path, FILE_PATH_BYTES, "%s.new", path);
}

bool file_write(const char *path, const void *bytes, uint64_t size_bytes, struct failure *failure) {
    CHAR16 name[FILE_PATH_CHARACTERS + 1], new_name[FILE_PATH_CHARACTERS + 1];
    char new_path[FILE_PATH_BYTES];
    file_write_new_path(new_path, path);
    if (!file_path_to_firmware(name, path) || !file_path_to_firmware(new_name, new_path)) {
        return fail(failure, "%s cannot be the name of a file here", path);
    }
    EFI_HANDLE volume = volume_home();
    EFI_FILE_PROTOCOL *root = volume == NULL ? NULL : volume_root(volume);
    if (root == NULL) return fail(failure, "there is no disk to write %s to", path);
    EFI_STATUS status = write_new(root, new_name, bytes, size_bytes);
    if (!EFI_ERROR(status)) status = erase(root, name);
    // Firmware that cannot rename gets it written once more: the other copy stays.
    if (!EFI_ERROR(status) && EFI_ERROR(give_name(root, new_name, name))) {
        status = write_new(root, name, bytes, size_bytes);
        if (!EFI_ERROR(status)) status = erase(root, new_name);
    }
    root->Close(root);
    return EFI_ERROR(status) ? refuse(status, path, failure) : true;
}
