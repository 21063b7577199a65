#include "network.h"

#include "console/console.h"
#include "kernel/sys.h"

bool network_bring_up_loopback(void) {
    struct interface_request request = {.name = "lo"};
    long error = sys_socket(AF_INET, SOCK_DGRAM, 0);
    if (error >= 0) {
        int fd = (int)error;
        error = sys_ioctl(fd, SIOCGIFFLAGS, &request);
        request.flags |= IFF_UP;
        if (error >= 0) error = sys_ioctl(fd, SIOCSIFFLAGS, &request);
        sys_close(fd);
    }
    if (error < 0) console_line("zosia: cannot bring up loopback (errno %d)", (int)-error);
    return error >= 0;
}
