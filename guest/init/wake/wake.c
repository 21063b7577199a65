#include "wake.h"

#include "console/console.h"
#include "kernel/sys.h"

#define MAGIC "zosiawk1"

// Where what is in a message, whose numbers have their lowest byte first.
enum {
    MAGIC_AT = 0,
    SECONDS_AT = 8,
    NANOSECONDS_AT = 16,
    ROWS_AT = 20,
    COLUMNS_AT = 22,
    FLAGS_AT = 24,
    ENTROPY_AT = 28,
};

enum { FLAG_PIPED = 1, FLAG_SESSION = 2 };

static uint64_t number_at(const unsigned char *message, unsigned at, unsigned size) {
    uint64_t number = 0;
    for (unsigned i = size; i > 0; i--) number = number << 8 | message[at + i - 1];
    return number;
}

bool wake_read(struct wake *wake, const unsigned char message[WAKE_MESSAGE_BYTES]) {
    for (unsigned i = 0; i < sizeof MAGIC - 1; i++) {
        if (message[MAGIC_AT + i] != MAGIC[i]) return false;
    }
    uint64_t flags = number_at(message, FLAGS_AT, 4);
    *wake = (struct wake){
        .since_1970 = {.seconds = (long)number_at(message, SECONDS_AT, 8),
                       .nanoseconds = (long)number_at(message, NANOSECONDS_AT, 4)},
        .window = {.rows = (uint16_t)number_at(message, ROWS_AT, 2),
                   .columns = (uint16_t)number_at(message, COLUMNS_AT, 2)},
        .piped = (flags & FLAG_PIPED) != 0,
        .session = (flags & FLAG_SESSION) != 0,
        .entropy = {.bits = 8 * (int)sizeof wake->entropy.bytes, .size = sizeof wake->entropy.bytes},
    };
    for (unsigned i = 0; i < sizeof wake->entropy.bytes; i++) {
        wake->entropy.bytes[i] = message[ENTROPY_AT + i];
    }
    return true;
}

// Added to what the kernel has gathered, and mixed at once into what it gives out, rather than within a minute.
static long add_entropy(const struct entropy *entropy) {
    int random = sys_open("/dev/random", O_WRONLY);
    if (random < 0) return random;
    long error = sys_ioctl(random, RNDADDENTROPY, entropy);
    if (error >= 0) error = sys_ioctl(random, RNDRESEEDCRNG, NULL);
    sys_close(random);
    return error;
}

bool wake_apply(const struct wake *wake) {
    long error = add_entropy(&wake->entropy);
    if (error < 0) {
        console_line("zosia: cannot take the host's entropy (errno %d)", (int)-error);
        return false;
    }
    error = sys_set_clock(&wake->since_1970);
    if (error < 0) console_line("zosia: cannot set the clock (errno %d)", (int)-error);
    return error >= 0;
}
