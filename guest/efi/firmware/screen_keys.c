// The keys of the firmware's own console (screen.h).
#include "firmware.h"
#include "screen.h"

enum { KEYS_AT_ONCE = 64 };

// Drivers translate a letter pressed with Ctrl, or tell of Ctrl beside it. With Alt, which a keyboard may have
// as AltGr, it is another character.
static CHAR16 character_of(const EFI_KEY_DATA *data) {
    CHAR16 character = data->Key.UnicodeChar;
    uint32_t state = data->KeyShiftState & EFI_SHIFT_STATE_VALID ? data->KeyShiftState : 0;
    bool control = (state & (EFI_LEFT_CONTROL | EFI_RIGHT_CONTROL)) != 0;
    bool alt = (state & (EFI_LEFT_ALT | EFI_RIGHT_ALT)) != 0;
    CHAR16 letter = character | 0x20;
    return control && !alt && letter >= 'a' && letter <= 'z' ? character & 0x1f : character;
}

// False for a key that means nothing here, such as Shift alone.
static bool key_of(const EFI_KEY_DATA *data, struct key *key) {
    CHAR16 character = character_of(data);
    *key = (struct key){KEY_CHARACTER, character, false};
    if (character != 0) return true;
    switch (data->Key.ScanCode) {
    case SCAN_UP: key->code = KEY_UP; return true;
    case SCAN_LEFT: key->code = KEY_LEFT; return true;
    case SCAN_RIGHT: key->code = KEY_RIGHT; return true;
    case SCAN_HOME: key->code = KEY_HOME; return true;
    case SCAN_END: key->code = KEY_END; return true;
    case SCAN_DELETE: key->code = KEY_DELETE; return true;
    case SCAN_ESC: key->code = KEY_ESCAPE; return true;
    default: return false;
    }
}

static bool is_plain; // the extended protocol is there, and does not work

// NULL where keys come without the state of Ctrl.
static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *extended(void) {
    static const EFI_GUID guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;
    static void *protocol;
    static bool looked;
    if (!looked) {
        EFI_HANDLE console = firmware->ConsoleInHandle;
        looked = true;
        bool missing =
            console == NULL || EFI_ERROR(firmware->BootServices->HandleProtocol(console, &guid, &protocol));
        if (missing) protocol = NULL;
    }
    return is_plain ? NULL : protocol;
}

static EFI_STATUS read_key(EFI_KEY_DATA *data) {
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *keys = extended();
    *data = (EFI_KEY_DATA){0};
    if (keys != NULL) {
        EFI_STATUS status = keys->ReadKeyStrokeEx(keys, data);
        if (status != EFI_UNSUPPORTED) return status;
        is_plain = true;
        *data = (EFI_KEY_DATA){0};
    }
    return firmware->ConIn->ReadKeyStroke(firmware->ConIn, &data->Key);
}

bool screen_key(struct key *key) {
    EFI_KEY_DATA data;
    // Firmware that gives keys without end, none of which means anything, is asked again another time.
    for (int i = 0; i < KEYS_AT_ONCE && read_key(&data) == EFI_SUCCESS; i++) {
        if (key_of(&data, key)) return true;
    }
    return false;
}

EFI_EVENT screen_key_event(void) {
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *keys = extended();
    return keys == NULL ? firmware->ConIn->WaitForKey : keys->WaitForKeyEx;
}
