#include "processors.h"

#include <stdbool.h>

#include "clock.h"
#include "firmware.h"
#include "uefi/processors.h"
#include "vectors.h"

// Multiplications that take several times as long as it takes another processor to see that there is work.
enum { WORTHWHILE = 32768 };

// What all processors look at. What they write most has cache lines of its own.
static struct {
    team_part *part; // NULL sends the workers home
    void *context;
    size_t count;
    size_t grain;
    _Alignas(64) unsigned job;     // its number; a new one means new work
    _Alignas(64) size_t next;      // the first item that nobody has taken yet
    _Alignas(64) unsigned working; // workers that have not finished the job
    _Alignas(64) unsigned present;
} shared;

static EFI_EVENT finished;
static struct team team;

static void relax(void) {
#if defined(__x86_64__)
    __asm__ volatile("pause");
#else
    __asm__ volatile("yield");
#endif
}

static void do_parts(void) {
    for (;;) {
        size_t begin = __atomic_fetch_add(&shared.next, shared.grain, __ATOMIC_RELAXED);
        if (begin >= shared.count) return;
        size_t left = shared.count - begin;
        shared.part(shared.context, begin, begin + (left < shared.grain ? left : shared.grain));
    }
}

// The argument is the number of the last job before its time.
static void EFIAPI worker(void *argument) {
    unsigned seen = (unsigned)(uintptr_t)argument;
    vectors_enable();
    __atomic_fetch_add(&shared.present, 1, __ATOMIC_RELEASE);
    for (;;) {
        unsigned job;
        while ((job = __atomic_load_n(&shared.job, __ATOMIC_ACQUIRE)) == seen) relax();
        seen = job;
        if (shared.part == NULL) return;
        do_parts();
        __atomic_fetch_sub(&shared.working, 1, __ATOMIC_RELEASE);
    }
}

static void announce(team_part *part, void *context, size_t count, size_t grain) {
    shared.part = part;
    shared.context = context;
    shared.count = count;
    shared.grain = grain;
    shared.next = 0;
    shared.working = team.size - 1;
    __atomic_fetch_add(&shared.job, 1, __ATOMIC_RELEASE);
}

static void run(struct team *self, team_part *part, void *context, size_t count, size_t grain) {
    (void)self;
    announce(part, context, count, grain);
    do_parts();
    while (__atomic_load_n(&shared.working, __ATOMIC_ACQUIRE) > 0) relax();
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
    shared.present = 0;
    void *last_job = (void *)(uintptr_t)shared.job;
    EFI_STATUS status = mp->StartupAllAPs(mp, worker, 0, finished, 0, last_job, NULL);
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
    announce(NULL, NULL, 0, 0);
    UINTN index;
    firmware->BootServices->WaitForEvent(1, &finished, &index);
    firmware->BootServices->CloseEvent(finished);
    finished = NULL;
}
