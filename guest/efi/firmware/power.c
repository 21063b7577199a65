#include "power.h"

#include "console.h"
#include "firmware.h"

void power_off(void) {
    firmware->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    // It does not return (UEFI 2.10, 8.5.1), but on some machines it does.
    console_print("zosia: the machine does not switch itself off: press its power button\n");
    for (;;) firmware->BootServices->Stall(1000000);
}
