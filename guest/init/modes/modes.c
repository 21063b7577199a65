#include "modes.h"

#include "console/console.h"
#include "diag.h"
#include "model/model.h"
#include "perf.h"
#include "process/status.h"
#include "selftest.h"
#include "text/text.h"

// In the order in which they run. Each begins with its marker.
static const struct mode {
    unsigned flag;
    const char *name;
    const char *marker;
} MODES[] = {
    {FLAG_DIAG, "diag", "zosia: diag"},
    {FLAG_SELFTEST, "selftest", "zosia: selftest"},
    {FLAG_PERF, "perf", "zosia: perf"},
    {FLAG_CI, "ci", "zosia: ci mode; powering off"},
};
enum { MODE_COUNT = sizeof MODES / sizeof MODES[0] };

static void say_order(unsigned modes) {
    char names[64] = "";
    size_t length = 0;
    for (int i = 0; i < MODE_COUNT; i++) {
        if ((modes & MODES[i].flag) == 0) continue;
        length += text_format(names + length, sizeof names - length, "%s%s", length > 0 ? ", " : "",
                              MODES[i].name);
    }
    console_line("zosia: boot modes in this order: %s", names);
}

static int run(unsigned mode, const struct flags *flags, const struct request *request, bool ready) {
    switch (mode) {
    case FLAG_DIAG: return diag_run();
    case FLAG_SELFTEST: return selftest_run(flags, request);
    case FLAG_PERF: return perf_run(flags, request);
    default: // what is to be shown has been shown: the machine boots
        return ready ? STATUS_OK : STATUS_FAILED;
    }
}

int modes_run(const struct flags *flags, const struct request *request, bool ready) {
    unsigned modes = flags->switches & FLAG_MODES;
    if ((modes & (modes - 1)) != 0) say_order(modes);
    if (flags_have(flags, FLAG_DIAG | FLAG_PERF)) model_disk_mount();
    for (int i = 0; i < MODE_COUNT; i++) {
        if ((modes & MODES[i].flag) == 0) continue;
        console_line("%s", MODES[i].marker);
        int status = run(MODES[i].flag, flags, request, ready);
        if (status != STATUS_OK) {
            console_line("zosia: %s failed with status %d", MODES[i].name, status);
            return status;
        }
        console_line("zosia: %s passed", MODES[i].name);
    }
    return STATUS_OK;
}
