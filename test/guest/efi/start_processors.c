// start_processors: the processors of a firmware that does something odd, as threads.
//
//     start_processors CASE
//
// Prints the size of the team that a text begins with, twice, whether its work was done, and which events are
// still the firmware's.

#define _DEFAULT_SOURCE
#include <pthread.h>
#include <unistd.h>

#include "fake_firmware.h"
#include "firmware/clock.h"
#include "firmware/processors.h"
#include "firmware/vectors.h"
#include "uefi/processors.h"

enum { PROCESSORS = 4 };

static const char *kind;
static unsigned enabled_vectors, running, events, started, missing;
// How many each event waits for.
enum { EVENTS_MAX = 64 };
static unsigned outstanding[EVENTS_MAX], event_count;
static struct {
    pthread_t thread;
    bool runs;
    unsigned event;
} processors[PROCESSORS];
static EFI_AP_PROCEDURE procedure;

static bool is(const char *name) { return strcmp(kind, name) == 0; }

void vectors_enable(void) { __atomic_fetch_add(&enabled_vectors, 1, __ATOMIC_RELAXED); }

static void *run(void *argument) {
    uintptr_t number = (uintptr_t)argument;
    if (is("late") && number == PROCESSORS - 1 && started < PROCESSORS) usleep(2300000);
    EFI_AP_PROCEDURE work = __atomic_load_n(&procedure, __ATOMIC_RELAXED);
    work(NULL);
    __atomic_fetch_sub(&outstanding[processors[number].event], 1, __ATOMIC_RELEASE);
    __atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void launch(unsigned number, EFI_EVENT event) {
    processors[number].event = (unsigned)(uintptr_t)event;
    __atomic_fetch_add(&outstanding[(uintptr_t)event], 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&running, 1, __ATOMIC_RELAXED);
    started++;
    // The last one never comes, but is taken to be on its way.
    if (is("absent") && number == PROCESSORS - 1) {
        missing++;
        return;
    }
    processors[number].runs = true;
    pthread_create(&processors[number].thread, NULL, run, (void *)(uintptr_t)number);
}

static EFI_STATUS EFIAPI count(EFI_MP_SERVICES_PROTOCOL *mp, UINTN *all, UINTN *enabled) {
    (void)mp;
    if (is("uncountable")) return EFI_DEVICE_ERROR;
    *all = PROCESSORS;
    *enabled = is("disabled") ? PROCESSORS - 1 : is("alone") ? 1 : PROCESSORS;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI start_all(EFI_MP_SERVICES_PROTOCOL *mp, EFI_AP_PROCEDURE work, BOOLEAN single,
                                   EFI_EVENT event, UINTN timeout, void *argument, UINTN **failed) {
    (void)mp;
    (void)argument;
    (void)failed;
    // A time-out would end the work itself.
    if (single || event == NULL || timeout != 0) exit(3);
    __atomic_store_n(&procedure, work, __ATOMIC_RELAXED);
    if (is("unsupported") || is("each")) return EFI_UNSUPPORTED;
    if (is("not-started")) return EFI_NOT_STARTED;
    if (is("timed-out")) return EFI_TIMEOUT;
    if (running > 0) return EFI_NOT_READY;
    for (unsigned i = 1; i < (is("disabled") ? PROCESSORS - 1 : PROCESSORS); i++) launch(i, event);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI start_one(EFI_MP_SERVICES_PROTOCOL *mp, EFI_AP_PROCEDURE work, UINTN number,
                                   EFI_EVENT event, UINTN timeout, void *argument, BOOLEAN *finished) {
    (void)mp;
    (void)argument;
    (void)finished;
    if (timeout != 0) exit(3);
    if (number == 0) return EFI_INVALID_PARAMETER; // the one that asks
    if (is("absent") && number == PROCESSORS - 1) return EFI_NOT_READY;
    if (!is("each") && !is("absent")) return EFI_UNSUPPORTED;
    __atomic_store_n(&procedure, work, __ATOMIC_RELAXED);
    launch((unsigned)number, event);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI create_event(uint32_t type, UINTN level, void *notify, void *context,
                                      EFI_EVENT *event) {
    (void)type;
    (void)level;
    (void)notify;
    (void)context;
    events++;
    if (++event_count == EVENTS_MAX) exit(3);
    *event = (EFI_EVENT)(uintptr_t)event_count;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI close_event(EFI_EVENT event) {
    (void)event;
    events--;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI check_event(EFI_EVENT event) {
    return __atomic_load_n(&outstanding[(uintptr_t)event], __ATOMIC_ACQUIRE) > 0 ? EFI_NOT_READY
                                                                                 : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI stall(UINTN microseconds) {
    usleep((useconds_t)microseconds);
    return EFI_SUCCESS;
}

static void add(void *context, size_t begin, size_t end) {
    unsigned *counts = context;
    for (size_t i = begin; i < end; i++) counts[i]++;
}

static void generate(void) {
    static unsigned counts[5000];
    memset(counts, 0, sizeof counts);
    struct team *team = processors_start();
    unsigned size = team == NULL ? 1 : team->size;
    for (unsigned job = 0; job < 100; job++) team_run(team, add, counts, 5000, 4, 1000);
    if (is("late")) usleep(1000000);
    team_run(team, add, counts, 5000, 4, 1000);
    bool right = true;
    for (unsigned i = 0; i < 5000; i++) right &= counts[i] == 101;
    printf("team of %u", size);
    if (team != NULL && team->size != size) printf(", then %u", team->size);
    printf(", %s\n", right ? "right" : "wrong");
    processors_stop();
    for (unsigned i = 0; i < PROCESSORS; i++) {
        if (processors[i].runs) pthread_join(processors[i].thread, NULL);
        processors[i].runs = false;
    }
}

int main(int arguments, char **values) {
    static EFI_MP_SERVICES_PROTOCOL mp = {count, NULL, start_all, start_one};
    if (arguments != 2) return 2;
    kind = values[1];
    fake_boot_services.CreateEvent = create_event;
    fake_boot_services.CloseEvent = close_event;
    fake_boot_services.CheckEvent = check_event;
    fake_boot_services.Stall = stall;
    if (!is("none")) fake_install((EFI_HANDLE)7, (EFI_GUID)EFI_MP_SERVICES_PROTOCOL_GUID, &mp);
    fake_set_up();
    clock_set_up();
    printf("%u to be had\n", processors_count());
    generate();
    generate();
    printf("%u to be had, vectors switched on %s, %u event%s kept\n", processors_count(),
           enabled_vectors + missing == started ? "on each" : "on some", events, events == 1 ? "" : "s");
    return 0;
}
