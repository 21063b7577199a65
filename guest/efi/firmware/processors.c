#include "processors.h"

#include <stdbool.h>

#include "clock.h"
#include "emulation.h"
#include "engine/base/shares.h"
#include "firmware.h"
#include "uefi/processors.h"
#include "vectors.h"

// Multiplications that take several times as long as it takes another processor to see that there is work.
enum { WORTHWHILE = 32768 };

// A processor comes within a few milliseconds, or not at all.
static const double ARRIVAL_SECONDS = 2, DEPARTURE_SECONDS = 1;

static struct shares shares;
// The firmware signals one when all have returned, or one for each.
static EFI_EVENT finished[SHARES_MAX];
static unsigned finished_count;
static bool emulated;
// Once some have not come, no more are waited for than those that have.
static unsigned expected = SHARES_MAX;

// Gives the other thread of the core its turn. QEMU's translator leaves the translated code for that, and
// takes a lock that all its processors share: there it is better to go on asking.
static void relax(void) {
#if defined(__x86_64__)
    if (!emulated) __asm__ volatile("pause");
#else
    __asm__ volatile("yield");
#endif
}

static void EFIAPI worker(void *argument) {
    (void)argument;
    vectors_enable();
    shares_help(&shares);
}

static EFI_MP_SERVICES_PROTOCOL *services(void) {
    static const EFI_GUID guid = EFI_MP_SERVICES_PROTOCOL_GUID;
    return firmware_protocol(&guid);
}

// Of all processors, those that may be started.
static unsigned count_enabled(EFI_MP_SERVICES_PROTOCOL *mp, UINTN *all) {
    UINTN enabled;
    if (mp == NULL || EFI_ERROR(mp->GetNumberOfProcessors(mp, all, &enabled)) || enabled < 2) return 1;
    return enabled < SHARES_MAX ? (unsigned)enabled : SHARES_MAX;
}

unsigned processors_count(void) {
    UINTN all;
    unsigned enabled = count_enabled(services(), &all);
    return enabled - 1 < expected ? enabled : expected + 1;
}

// The firmware's own time-out is for the whole of the work, and takes a processor away in the midst of it
// (edk2, MpLib.c): it gets none.
static bool start_all(EFI_MP_SERVICES_PROTOCOL *mp) {
    EFI_BOOT_SERVICES *boot = firmware->BootServices;
    EFI_EVENT event;
    if (EFI_ERROR(boot->CreateEvent(0, 0, NULL, NULL, &event))) return false;
    if (EFI_ERROR(mp->StartupAllAPs(mp, worker, 0, event, 0, NULL, NULL))) {
        boot->CloseEvent(event);
        return false;
    }
    finished[finished_count++] = event;
    return true;
}

// Where one is busy for the firmware, or has not come back, none is started with all. The one that asks,
// and those that are disabled, are refused.
static bool start_each(EFI_MP_SERVICES_PROTOCOL *mp, UINTN all) {
    EFI_BOOT_SERVICES *boot = firmware->BootServices;
    for (UINTN i = 0; i < all && i < SHARES_MAX && finished_count < SHARES_MAX; i++) {
        EFI_EVENT event;
        if (EFI_ERROR(boot->CreateEvent(0, 0, NULL, NULL, &event))) break;
        if (EFI_ERROR(mp->StartupThisAP(mp, worker, i, event, 0, NULL, NULL))) boot->CloseEvent(event);
        else finished[finished_count++] = event;
    }
    return finished_count > 0;
}

static void wait_for_arrival(unsigned others) {
    uint64_t start = clock_ticks();
    while (shares_joined(&shares) < others) {
        if (clock_seconds(clock_ticks() - start) > ARRIVAL_SECONDS) break;
        relax();
    }
    if (shares_joined(&shares) < others) expected = shares_joined(&shares);
}

struct team *processors_start(void) {
    EFI_MP_SERVICES_PROTOCOL *mp = services();
    UINTN all;
    unsigned others = count_enabled(mp, &all) - 1;
    if (others > expected) others = expected;
    if (others == 0) return NULL;
    emulated = emulation_is_running();
    if (shares.relax == NULL) shares_set_up(&shares, WORTHWHILE, relax);
    if (!shares_open(&shares)) return NULL;
    finished_count = 0;
    if (start_all(mp) || start_each(mp, all)) wait_for_arrival(others);
    shares.team.size = shares_joined(&shares) + 1;
    if (shares.team.size > 1) return &shares.team;
    processors_stop();
    return NULL;
}

static void wait_for_departure(void) {
    uint64_t start = clock_ticks();
    while (!shares_are_gone(&shares) && clock_seconds(clock_ticks() - start) < DEPARTURE_SECONDS) relax();
}

// One that never came never returns either: its event is the firmware's for ever.
static void close_events(void) {
    EFI_BOOT_SERVICES *boot = firmware->BootServices;
    uint64_t start = clock_ticks();
    for (unsigned i = 0; i < finished_count; i++) {
        EFI_STATUS status;
        do {
            status = boot->CheckEvent(finished[i]);
        } while (status == EFI_NOT_READY && clock_seconds(clock_ticks() - start) < DEPARTURE_SECONDS);
        if (status != EFI_NOT_READY) boot->CloseEvent(finished[i]);
    }
    finished_count = 0;
}

void processors_stop(void) {
    if (shares.relax == NULL) return;
    shares_dismiss(&shares);
    // Some may have come late.
    if (shares_joined(&shares) > expected) expected = shares_joined(&shares);
    wait_for_departure();
    close_events();
}
