// switch_off: switches a machine off whose firmware returns from that, and prints what it shows and does until
// it has waited three times.

#include "fake_firmware.h"
#include "firmware/power.h"
#include "firmware/screen.h"
#include "firmware/terminal.h"

static unsigned stalls;

static void EFIAPI reset(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size, const void *data) {
    printf("reset %d %d %zu%s\n", (int)type, (int)status, (size_t)size, data == NULL ? "" : " data");
}

static EFI_STATUS EFIAPI stall(UINTN microseconds) {
    printf("waits %zu us\n", (size_t)microseconds);
    if (++stalls == 3) exit(0);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *console, const CHAR16 *text) {
    (void)console;
    for (; *text != 0; text++) {
        if (*text != '\r') putchar(*text);
    }
    return EFI_SUCCESS;
}

int main(void) {
    static EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL out = {.OutputString = output_string};
    fake_runtime_services.ResetSystem = reset;
    fake_boot_services.Stall = stall;
    fake_system.ConOut = &out;
    fake_set_up();
    power_off();
}
