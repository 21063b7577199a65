// Prints what the wake message on its standard input says.
#include "kernel/sys.h"
#include "print.h"
#include "wake/wake.h"

__asm__(START_ASSEMBLY);

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    unsigned char message[WAKE_MESSAGE_BYTES];
    struct wake wake;
    if (!read_all(0, message, sizeof message)) {
        print("too short");
    } else if (!wake_read(&wake, message)) {
        print("none");
    } else {
        print("seconds %lu", (unsigned long)wake.since_1970.seconds);
        print("nanoseconds %lu", (unsigned long)wake.since_1970.nanoseconds);
        print("rows %d", wake.window.rows);
        print("columns %d", wake.window.columns);
        print("piped %d", wake.piped);
        print("session %d", wake.session);
        print("entropy %d %d", wake.entropy.bits, wake.entropy.size);
        for (int i = 0; i < wake.entropy.size; i++) print("%d", wake.entropy.bytes[i]);
    }
    sys_exit(0);
}
