// A program like llama-completion: its main thread ends the process while another still has something
// to print.
#include "kernel/queue.h"
#include "kernel/sys.h"

__asm__(START_ASSEMBLY);

// The work is counted, not the time: however busy the host, the main thread then gets its little share.
enum { BUSY_TURNS = 200 * 1000 * 1000, STATUS = 7 };

// Starts a thread (clone with CLONE_VM, FS, FILES, SIGHAND, THREAD and SYSVSEM: 0x50f00) on a stack.
void start_thread(void (*run)(void), void *stack_end);
#if defined(__aarch64__)
__asm__(".globl start_thread\n"
        "start_thread:\n"
        "    mov x9, x0\n"
        "    mov w0, #0x0f00\n"
        "    movk w0, #0x5, lsl #16\n"
        "    mov x2, #0\n"
        "    mov x3, #0\n"
        "    mov x4, #0\n"
        "    mov x8, #220\n"
        "    svc #0\n"
        "    cbnz x0, 1f\n"
        "    blr x9\n"
        "1:  ret\n");
#else
__asm__(".globl start_thread\n"
        "start_thread:\n"
        "    mov %rdi, %r9\n"
        "    mov $0x50f00, %edi\n"
        "    xor %edx, %edx\n"
        "    xor %r10d, %r10d\n"
        "    xor %r8d, %r8d\n"
        "    mov $56, %eax\n"
        "    syscall\n"
        "    test %eax, %eax\n"
        "    jnz 1f\n"
        "    call *%r9\n"
        "1:  ret\n");
#endif

static void talk(void) {
    for (volatile int turns = 0; turns < BUSY_TURNS; turns++) continue;
    write_all(1, "late words\n", 11);
    for (;;) sys_sleep_ms(1000);
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static _Alignas(16) char stack[16384];
    write_all(1, "early words\n", 12);
    start_thread(talk, stack + sizeof stack);
    sys_exit(STATUS);
}
