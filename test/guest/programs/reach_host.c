// Opens streams to the host, which is at descriptor 3, for connections to ./server.sock: as many at once as can be,
// and 200 in all, to the targets 0, 1, 2, 0 and so on. Prints how it ended.
#include "print.h"
#include "run_streams.h"

__asm__(START_ASSEMBLY);

enum { CONNECTIONS = 200, TARGETS = 3 };

static struct streams streams = {.port = 3};

static void reach_more(void) {
    while (streams.opened < CONNECTIONS && streams_can_reach(&streams)) {
        int connection = connect_to_server();
        if (connection < 0) return;
        streams_reach(&streams, connection, streams.opened % TARGETS);
    }
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    begin_streams(&streams);
    while (!streams.lost && !streams.broken && !streams.refused) {
        reach_more();
        run_streams_once(&streams);
    }
    if (streams.refused) {
        static const char *const names[TARGETS] = {"refused 0", "refused 1", "refused 2"};
        print(names[streams.refused_target]);
    } else {
        print(streams.broken ? "broken" : "lost");
    }
    sys_exit(0);
}
