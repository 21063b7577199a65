// UEFI 2.10, 12.3 and 12.4: the simple text input and output protocols.
#ifndef ZOSIA_UEFI_CONSOLE_H
#define ZOSIA_UEFI_CONSOLE_H

#include "base.h"

typedef struct {
    uint16_t ScanCode;
    CHAR16 UnicodeChar;
} EFI_INPUT_KEY;

// 12.1.2, scan codes of keys that have no character.
enum {
    SCAN_UP = 0x01,
    SCAN_DOWN = 0x02,
    SCAN_RIGHT = 0x03,
    SCAN_LEFT = 0x04,
    SCAN_HOME = 0x05,
    SCAN_END = 0x06,
    SCAN_DELETE = 0x08,
    SCAN_ESC = 0x17,
};

typedef struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL {
    void *Reset;
    EFI_STATUS(EFIAPI *ReadKeyStroke)(struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL *, EFI_INPUT_KEY *key);
    EFI_EVENT WaitForKey;
} EFI_SIMPLE_TEXT_INPUT_PROTOCOL;

// 12.2, the extended input protocol, which tells the shift state.
#define EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID \
    { \
        0xdd9e7534, 0x7762, 0x4698, { 0x8c, 0x14, 0xf5, 0x85, 0x17, 0xa6, 0x25, 0xaa } \
    }

#define EFI_SHIFT_STATE_VALID 0x80000000u
enum { EFI_RIGHT_CONTROL = 0x04, EFI_LEFT_CONTROL = 0x08, EFI_RIGHT_ALT = 0x10, EFI_LEFT_ALT = 0x20 };

typedef struct {
    EFI_INPUT_KEY Key;
    uint32_t KeyShiftState;
    uint8_t KeyToggleState;
} EFI_KEY_DATA;

typedef struct EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL {
    void *Reset;
    EFI_STATUS(EFIAPI *ReadKeyStrokeEx)(struct EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *, EFI_KEY_DATA *key);
    EFI_EVENT WaitForKeyEx;
    // Setting the toggles and being notified of keys follow; none is used.
} EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL;

// 12.4.1, SIMPLE_TEXT_OUTPUT_MODE.
typedef struct {
    int32_t MaxMode;
    int32_t Mode;
    int32_t Attribute;
    int32_t CursorColumn;
    int32_t CursorRow;
    BOOLEAN CursorVisible;
} SIMPLE_TEXT_OUTPUT_MODE;

typedef struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL;
struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL {
    void *Reset;
    EFI_STATUS(EFIAPI *OutputString)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *, const CHAR16 *text);
    void *TestString;
    EFI_STATUS(EFIAPI *QueryMode)
    (EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *, UINTN mode, UINTN *columns, UINTN *rows);
    EFI_STATUS(EFIAPI *SetMode)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *, UINTN mode);
    void *SetAttribute;
    EFI_STATUS(EFIAPI *ClearScreen)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *);
    EFI_STATUS(EFIAPI *SetCursorPosition)
    (EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *, UINTN column, UINTN row);
    EFI_STATUS(EFIAPI *EnableCursor)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *, BOOLEAN visible);
    SIMPLE_TEXT_OUTPUT_MODE *Mode;
};

#endif
