// stop_watchdog: starts the applications as far as they go on a firmware that has a watchdog and a console
// and nothing else, and prints what is asked of it.

#include <stdio.h>

#include "firmware/firmware.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static EFI_STATUS EFIAPI set_watchdog_timer(UINTN seconds, uint64_t code, UINTN data_size, CHAR16 *data) {
    (void)code;
    printf("watchdog: %zu s, %zu bytes%s\n", (size_t)seconds, (size_t)data_size,
           data == NULL ? "" : " somewhere");
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *console, const CHAR16 *text) {
    (void)console;
    while (*text != 0) putchar(*text++);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI wait_for_event(UINTN count, EFI_EVENT *events, UINTN *index) {
    (void)events;
    printf("waiting for %zu\n", (size_t)count);
    *index = 0;
    return EFI_SUCCESS;
}

int main(void) {
    EFI_BOOT_SERVICES services = {.SetWatchdogTimer = set_watchdog_timer, .WaitForEvent = wait_for_event};
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL in = {0};
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL out = {.OutputString = output_string};
    EFI_SYSTEM_TABLE system = {.ConIn = &in, .ConOut = &out, .BootServices = &services};
    printf("hello\n");
    if (efi_main(NULL, &system) != EFI_SUCCESS) return 1;
    printf("llama2\n");
    firmware_set_up(NULL, &system);
    return 0;
}
