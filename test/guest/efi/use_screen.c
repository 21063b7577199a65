// use_screen: the text mode and the keys of a firmware's console.
//
//     use_screen modes MODE=COLUMNSxROWS|MODE=broken|MODE=unsettable:COLUMNSxROWS ... [serial]
//     use_screen keys [extended|unsupported] SCAN:CHARACTER:STATE ...
//
// Prints the mode that is set in the end and what was tried, or the keys that come, in hexadecimal.

#include "fake_firmware.h"
#include "firmware/screen.h"
#include "uefi/serial.h"

enum { MODES = 8 };

static struct {
    bool exists, cannot_be_set;
    unsigned columns, rows;
} modes[MODES];
static SIMPLE_TEXT_OUTPUT_MODE present;
static int next_key, key_count;
static char **keys;
static bool extended_works;

static EFI_STATUS EFIAPI query(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out, UINTN mode, UINTN *columns,
                               UINTN *rows) {
    (void)out;
    if (mode >= MODES || !modes[mode].exists) return EFI_UNSUPPORTED;
    *columns = modes[mode].columns;
    *rows = modes[mode].rows;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out, UINTN mode) {
    (void)out;
    printf("tries %zu\n", (size_t)mode);
    if (modes[mode].cannot_be_set) return EFI_DEVICE_ERROR;
    present.Mode = (int32_t)mode;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_information(EFI_HANDLE handle, const EFI_GUID *guid,
                                          EFI_OPEN_PROTOCOL_INFORMATION_ENTRY **entries, UINTN *count) {
    (void)handle;
    (void)guid;
    *entries = calloc(1, sizeof **entries);
    (*entries)->Attributes = EFI_OPEN_PROTOCOL_BY_DRIVER;
    *count = 1;
    return EFI_SUCCESS;
}

static EFI_STATUS next(EFI_KEY_DATA *data) {
    unsigned scan, character, state;
    if (next_key == key_count) return EFI_NOT_READY;
    if (sscanf(keys[next_key++], "%x:%x:%x", &scan, &character, &state) != 3) exit(2);
    *data = (EFI_KEY_DATA){{(uint16_t)scan, (CHAR16)character}, state, 0};
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_plain(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *in, EFI_INPUT_KEY *key) {
    EFI_KEY_DATA data;
    (void)in;
    EFI_STATUS status = next(&data);
    if (status == EFI_SUCCESS) *key = data.Key;
    return status;
}

static EFI_STATUS EFIAPI read_extended(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *in, EFI_KEY_DATA *data) {
    (void)in;
    return extended_works ? next(data) : EFI_UNSUPPORTED;
}

static void try_modes(int count, char **arguments) {
    static EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL out = {.QueryMode = query, .SetMode = set, .Mode = &present};
    static EFI_SERIAL_IO_PROTOCOL port;
    for (int i = 0; i < count; i++) {
        unsigned mode, columns = 0, rows = 0;
        if (strcmp(arguments[i], "serial") == 0) {
            fake_install((EFI_HANDLE)5, (EFI_GUID)EFI_SERIAL_IO_PROTOCOL_GUID, &port);
        } else if (sscanf(arguments[i], "%u=%ux%u", &mode, &columns, &rows) == 3) {
            modes[mode].exists = true;
        } else if (sscanf(arguments[i], "%u=unsettable:%ux%u", &mode, &columns, &rows) == 3) {
            modes[mode].exists = modes[mode].cannot_be_set = true;
        } else if (sscanf(arguments[i], "%u=broken", &mode) != 1) {
            exit(2);
        }
        if (columns == 0) continue;
        modes[mode].columns = columns;
        modes[mode].rows = rows;
    }
    present.MaxMode = MODES;
    fake_system.ConOut = &out;
    fake_boot_services.OpenProtocolInformation = open_information;
    screen_enlarge();
    printf("mode %d\n", present.Mode);
}

static void type(int count, char **arguments) {
    static EFI_SIMPLE_TEXT_INPUT_PROTOCOL in = {.ReadKeyStroke = read_plain, .WaitForKey = (EFI_EVENT)1};
    static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL ex = {.ReadKeyStrokeEx = read_extended,
                                                   .WaitForKeyEx = (EFI_EVENT)2};
    struct key key;
    bool has_extended = strcmp(arguments[0], "extended") == 0;
    extended_works = has_extended;
    if (has_extended || strcmp(arguments[0], "unsupported") == 0) {
        fake_install((EFI_HANDLE)6, (EFI_GUID)EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID, &ex);
        arguments++;
        count--;
    }
    keys = arguments;
    key_count = count;
    fake_system.ConsoleInHandle = (EFI_HANDLE)6;
    fake_system.ConIn = &in;
    while (screen_key(&key))
        printf(key.code == KEY_CHARACTER ? "%x " : "key %x ",
               key.code == KEY_CHARACTER ? key.character : (uint32_t)key.code);
    printf("event %u\n", (unsigned)(uintptr_t)screen_key_event());
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    fake_set_up();
    if (strcmp(arguments[1], "modes") == 0) try_modes(count - 2, arguments + 2);
    else type(count - 2, arguments + 2);
    return 0;
}
