// Carries streams between descriptor 3, which is the host's, and the server at ./server.sock. Prints how it ended.
#include "print.h"
#include "run_streams.h"

__asm__(START_ASSEMBLY);

static struct streams streams = {.port = 3, .connect = connect_to_server};

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    begin_streams(&streams);
    while (!streams.lost && !streams.broken) run_streams_once(&streams);
    print(streams.broken ? "broken" : "lost");
    sys_exit(0);
}
