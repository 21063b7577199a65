#include "processors.h"

#include <stdbool.h>

#include "clock.h"
#include "emulation.h"
#include "firmware.h"
#include "uefi/processors.h"
#include "vectors.h"

// Multiplications that take several times as long as it takes another processor to see that there is work.
enum { WORTHWHILE = 32768 };

// What all processors look at. What they write most has cache lines of its own.
static struct {
    team_part *part;
    void *context;
    size_t count;
    size_t grain;
    // The number of the job in the upper half, and how many of its parts nobody has taken yet in the
    // lower. The job stays what it is while a part that was taken is not done.
    _Alignas(64) uint64_t tickets;
    _Alignas(64) uint64_t done; // parts
    _Alignas(64) unsigned present;
    bool leave;
} shared;

static EFI_EVENT finished;
static struct team team;
static bool emulated;

// Gives the other thread of the core its turn. QEMU's translator leaves the translated code for that, and
// takes a lock that all its processors share: there it is better to go on asking.
static void relax(void) {
#if defined(__x86_64__)
    if (!emulated) __asm__ volatile("pause");
#else
    __asm__ volatile("yield");
#endif
}

// Takes a part of the job and does it. False if there is none left.
static bool do_part(void) {
    uint64_t tickets = __atomic_load_n(&shared.tickets, __ATOMIC_RELAXED);
    do {
        if ((uint32_t)tickets == 0) return false;
    } while (!__atomic_compare_exchange_n(&shared.tickets, &tickets, tickets - 1, false, __ATOMIC_ACQUIRE,
                                          __ATOMIC_RELAXED));
    size_t begin = ((uint32_t)tickets - 1) * shared.grain, left = shared.count - begin;
    shared.part(shared.context, begin, begin + (left < shared.grain ? left : shared.grain));
    __atomic_fetch_add(&shared.done, 1, __ATOMIC_RELEASE);
    return true;
}

static void EFIAPI worker(void *argument) {
    (void)argument;
    vectors_enable();
    __atomic_fetch_add(&shared.present, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&shared.leave, __ATOMIC_RELAXED)) {
        if (!do_part()) relax();
    }
}

// Waits only for parts that somebody has begun: a processor that is held up elsewhere holds up nobody.
static void run(struct team *self, team_part *part, void *context, size_t count, size_t grain) {
    (void)self;
    uint64_t parts = (count + grain - 1) / grain;
    shared.part = part;
    shared.context = context;
    shared.count = count;
    shared.grain = grain;
    shared.done = 0;
    uint64_t job = (shared.tickets >> 32) + 1;
    __atomic_store_n(&shared.tickets, job << 32 | parts, __ATOMIC_RELEASE);
    while (do_part()) continue;
    while (__atomic_load_n(&shared.done, __ATOMIC_ACQUIRE) < parts) relax();
}

static EFI_MP_SERVICES_PROTOCOL *services(void) {
    static const EFI_GUID guid = EFI_MP_SERVICES_PROTOCOL_GUID;
    return firmware_protocol(&guid);
}

unsigned processors_count(void) {
    EFI_MP_SERVICES_PROTOCOL *mp = services();
    UINTN all, enabled;
    if (mp == NULL || EFI_ERROR(mp->GetNumberOfProcessors(mp, &all, &enabled))) return 1;
    return enabled > 1 ? (unsigned)enabled : 1;
}

static bool all_present(void) {
    uint64_t start = clock_ticks();
    while (__atomic_load_n(&shared.present, __ATOMIC_ACQUIRE) < team.size - 1) {
        if (clock_seconds(clock_ticks() - start) > 2) return false;
        relax();
    }
    return true;
}

struct team *processors_start(void) {
    team = (struct team){processors_count(), WORTHWHILE, run};
    if (team.size < 2) return NULL;
    EFI_MP_SERVICES_PROTOCOL *mp = services();
    EFI_BOOT_SERVICES *boot = firmware->BootServices;
    if (EFI_ERROR(boot->CreateEvent(0, 0, NULL, NULL, &finished))) return NULL;
    emulated = emulation_is_running();
    shared.present = 0;
    shared.leave = false;
    EFI_STATUS status = mp->StartupAllAPs(mp, worker, 0, finished, 0, NULL, NULL);
    if (EFI_ERROR(status)) {
        boot->CloseEvent(finished);
        finished = NULL;
        return NULL;
    }
    if (all_present()) return &team;
    processors_stop();
    return NULL;
}

void processors_stop(void) {
    if (finished == NULL) return;
    __atomic_store_n(&shared.leave, true, __ATOMIC_RELEASE);
    UINTN index;
    firmware->BootServices->WaitForEvent(1, &finished, &index);
    firmware->BootServices->CloseEvent(finished);
    finished = NULL;
}
