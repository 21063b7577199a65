#include "power.h"

#include "console/console.h"
#include "kernel/sys.h"
#include "model/model.h"
#include "process/child.h"

_Noreturn static void switch_off(int status) {
    // The kernel's own "Power down" is an emergency message; only 0 silences those.
    console_limit_kernel_log(0);
    console_line("zosia: exit status=%d", status);
    console_drain();
    sys_reboot(REBOOT_POWER_OFF);
    // No way to cut the power: under QEMU's -no-reboot a reset ends the machine as well.
    sys_reboot(REBOOT_RESTART);
    for (;;) sys_sleep_ms(1000);
}

_Noreturn void power_off(int status) {
    console_line("zosia: shutting down");
    children_kill_all();
    model_disk_unmount();
    sys_sync();
    switch_off(status);
}

static void crashed(int signal) {
    console_line("zosia: init crashed (signal %d)", signal);
    switch_off(128 + signal);
}

void power_off_on_crash(void) {
    static const int signals[] = {SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
    const struct signal_action action = {
        .handler = crashed,
        .flags = SA_RESTORER,
        .restorer = power_off_on_crash, // never reached: the handler does not return
    };
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        sys_set_signal_action(signals[i], &action);
    }
}
