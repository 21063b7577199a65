#include "clock.h"

#include "firmware.h"

static double ticks_per_second;

#if defined(__x86_64__)

// The time stamp counter (Intel SDM, volume 3, 18.17). Its rate is measured.
uint64_t clock_ticks(void) {
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

void clock_set_up(void) {
    enum { MICROSECONDS = 20000 };
    uint64_t start = clock_ticks();
    firmware->BootServices->Stall(MICROSECONDS);
    ticks_per_second = (double)(clock_ticks() - start) * (1e6 / MICROSECONDS);
}

#else

// The generic timer's virtual count (Arm ARM, D12), which knows its rate.
uint64_t clock_ticks(void) {
    uint64_t ticks;
    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
    return ticks;
}

void clock_set_up(void) {
    uint64_t frequency;
    __asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
    ticks_per_second = (double)frequency;
}

#endif

double clock_seconds(uint64_t ticks) { return (double)ticks / ticks_per_second; }

uint64_t clock_seed(void) {
    EFI_TIME time = {0};
    firmware->RuntimeServices->GetTime(&time, NULL);
    uint64_t seconds = ((time.Day * 24u + time.Hour) * 60u + time.Minute) * 60u + time.Second;
    uint64_t seed = (clock_ticks() ^ seconds << 32) * 0x9e3779b97f4a7c15u; // spread over all bits
    return seed != 0 ? seed : 1;
}
