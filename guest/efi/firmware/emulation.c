#include "emulation.h"

#if defined(__x86_64__)

#include <cpuid.h>

#include "engine/base/text.h"

// The leaves from 0x40000000 on are hypervisors' own; the first has the name (QEMU: target/i386/cpu.c).
bool emulation_is_running(void) {
    const unsigned has_hypervisor = 1u << 31;
    unsigned eax, ebx, ecx, edx;
    __cpuid(1, eax, ebx, ecx, edx);
    if (!(ecx & has_hypervisor)) return false;
    __cpuid(0x40000000, eax, ebx, ecx, edx);
    unsigned name[] = {ebx, ecx, edx};
    return memcmp(name, "TCGTCGTCGTCG", sizeof name) == 0;
}

#else

bool emulation_is_running(void) { return false; }

#endif
