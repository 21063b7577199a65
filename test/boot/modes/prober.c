// Stands in for llama-server: what it can reach of the network, a line each on standard error. A line of
// /etc/zosia/prober is "NAME FAMILY ADDRESS PORT", all in decimal but the address, whose bytes are hexadecimal.
#include "kernel/file.h"
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "text/text.h"

__asm__(START_ASSEMBLY);

enum { FAMILY_IPV6 = 10, STREAM = 1, DATAGRAM = 2, NONBLOCKING = 2048 };
enum { ANSWER_MS = 1000, IN_PROGRESS = -115 };

// sockaddr_in and sockaddr_in6.
struct any_address {
    unsigned short family;
    unsigned char port[2];
    unsigned char rest[24];
};

static unsigned digit(char character) {
    return character <= '9' ? (unsigned)(character - '0') : (unsigned)(character - 'a' + 10);
}

static const char *skip_word(const char *text) {
    while (*text > ' ') text++;
    while (*text == ' ') text++;
    return text;
}

static unsigned number_at(const char *text) {
    unsigned number = 0;
    for (; *text >= '0' && *text <= '9'; text++) number = number * 10 + digit(*text);
    return number;
}

static size_t parse_address(const char *text, struct any_address *address, unsigned family) {
    // The address follows the port; of IPv6 there is a flow label between.
    size_t at = family == FAMILY_IPV6 ? 4 : 0;
    for (; text[0] > ' '; text += 2)
        address->rest[at++] = (unsigned char)(digit(text[0]) << 4 | digit(text[1]));
    return family == FAMILY_IPV6 ? 28 : 16;
}

// 0 once it is connected, or an error.
static long try_stream(unsigned family, const struct any_address *address, size_t size) {
    long fd = sys_socket((int)family, STREAM | NONBLOCKING, 0);
    if (fd < 0) return fd;
    long result = SYSCALL(SYS_connect, fd, address, size, 0, 0);
    if (result == IN_PROGRESS) {
        struct pollfd wait = {(int)fd, POLLOUT, 0};
        result = sys_poll(&wait, 1, ANSWER_MS) == 0 ? IN_PROGRESS
                                                    : SYSCALL(SYS_connect, fd, address, size, 0, 0);
    }
    sys_close((int)fd);
    return result;
}

static long try_datagram(unsigned family, const struct any_address *address, size_t size) {
    long fd = sys_socket((int)family, DATAGRAM, 0);
    if (fd < 0) return fd;
    long result = SYSCALL(SYS_connect, fd, address, size, 0, 0);
    if (result >= 0 && !write_all((int)fd, "zosia", 5)) result = IN_PROGRESS;
    sys_close((int)fd);
    return result;
}

static void try_line(const char *line) {
    char text[160];
    size_t name = 0;
    while (line[name] > ' ') name++;
    unsigned family = number_at(skip_word(line));
    const char *hex = skip_word(skip_word(line));
    unsigned port = number_at(skip_word(hex));
    struct any_address address = {
        (unsigned short)family, {(unsigned char)(port >> 8), (unsigned char)port}, {0}};
    size_t size = parse_address(hex, &address, family);
    write_all(2, line, name);
    long stream = try_stream(family, &address, size);
    long datagram = try_datagram(family, &address, size);
    write_all(2, text, text_format(text, sizeof text, ": %d %d\n", (int)stream, (int)datagram));
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static char text[16 * 1024];
    static char devices[8 * 1024];
    if (file_read("/etc/zosia/prober", text, sizeof text) <= 0) sys_exit(99);
    for (const char *line = text; *line != '\0';) {
        try_line(line);
        while (*line != '\0' && *line++ != '\n') {
        }
    }
    if (file_read("/proc/net/dev", devices, sizeof devices) > 0)
        write_all(2, devices, text_length(devices));
    sys_exit(1);
}
