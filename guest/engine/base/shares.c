#include "engine/base/shares.h"

enum {
    // One that is held up holds up the others by no more than one of these.
    CHUNKS_PER_RANGE = 8,
    MEMBERS_COUNT = 0xffff,
    MEMBERS_CLOSED = 0x10000,
};

// Part `index` of `parts` that are as large as each other, or one larger. Nothing overflows.
static size_t part_start(size_t count, size_t parts, size_t index) {
    size_t rest = count % parts;
    return count / parts * index + (index < rest ? index : rest);
}

struct range {
    size_t begin; // in grains
    size_t grains;
    size_t chunks;
};

static struct range range_of(const struct shares *shares, unsigned owner) {
    size_t grains = shares->count / shares->grain + (shares->count % shares->grain != 0);
    size_t begin = part_start(grains, shares->owners, owner);
    struct range range = {begin, part_start(grains, shares->owners, owner + 1) - begin, 0};
    range.chunks = range.grains < CHUNKS_PER_RANGE ? range.grains : CHUNKS_PER_RANGE;
    return range;
}

// Takes a chunk of the owner's range and computes it. False if there is none left.
static bool do_chunk(struct shares *shares, unsigned owner) {
    int64_t *chunks = &shares->of[owner].chunks;
    if (__atomic_load_n(chunks, __ATOMIC_RELAXED) <= 0) return false;
    int64_t left = __atomic_fetch_sub(chunks, 1, __ATOMIC_ACQUIRE);
    if (left <= 0) return false;
    // Taken: from here on the job stays what it is.
    struct range range = range_of(shares, owner);
    size_t chunk = range.chunks - (size_t)left;
    size_t begin = (range.begin + part_start(range.grains, range.chunks, chunk)) * shares->grain;
    size_t end = (range.begin + part_start(range.grains, range.chunks, chunk + 1)) * shares->grain;
    shares->part(shares->context, begin, end < shares->count ? end : shares->count);
    return true;
}

static void report(struct shares *shares, uint64_t chunks) {
    if (chunks > 0) __atomic_fetch_add(&shares->done, chunks, __ATOMIC_RELEASE);
}

// All of the own range that is left, then what others have left.
static void work(struct shares *shares, unsigned own) {
    uint64_t done = 0;
    while (do_chunk(shares, own)) done++;
    report(shares, done);
    unsigned owners = shares_joined(shares) + 1;
    for (unsigned i = 1; i < owners; i++) {
        unsigned other = own + i < owners ? own + i : own + i - owners;
        while (do_chunk(shares, other)) report(shares, 1);
    }
}

// Waits only for chunks that somebody has begun: a processor that is held up elsewhere holds up nobody.
static void run(struct team *team, team_part *part, void *context, size_t count, size_t grain) {
    struct shares *shares = (struct shares *)team;
    shares->part = part;
    shares->context = context;
    shares->count = count;
    shares->grain = grain;
    shares->owners = shares_joined(shares) + 1;
    team->size = shares->owners;
    __atomic_store_n(&shares->done, 0, __ATOMIC_RELAXED);
    uint64_t chunks = 0;
    for (unsigned owner = 0; owner < shares->owners; owner++) {
        chunks += range_of(shares, owner).chunks;
        // From here on somebody who is late for the last job may compute this one.
        __atomic_store_n(&shares->of[owner].chunks, (int64_t)range_of(shares, owner).chunks,
                         __ATOMIC_RELEASE);
    }
    __atomic_fetch_add(&shares->job, 1, __ATOMIC_RELEASE);
    work(shares, 0);
    while (__atomic_load_n(&shares->done, __ATOMIC_ACQUIRE) < chunks) shares->relax();
}

void shares_set_up(struct shares *shares, size_t worthwhile, void (*relax)(void)) {
    shares->team = (struct team){1, worthwhile, run};
    shares->relax = relax;
    shares->members = MEMBERS_CLOSED;
}

bool shares_open(struct shares *shares) {
    if (!shares_are_gone(shares)) return false;
    __atomic_store_n(&shares->left, 0, __ATOMIC_RELAXED);
    shares->team.size = 1;
    __atomic_store_n(&shares->members, 0, __ATOMIC_RELEASE);
    return true;
}

// The number of the range; 0, which is the caller's, if there is none to have.
static unsigned join(struct shares *shares) {
    uint32_t members = __atomic_load_n(&shares->members, __ATOMIC_RELAXED);
    do {
        if ((members & MEMBERS_CLOSED) || members + 1 >= SHARES_MAX) return 0;
    } while (!__atomic_compare_exchange_n(&shares->members, &members, members + 1, false, __ATOMIC_ACQ_REL,
                                          __ATOMIC_RELAXED));
    return members + 1;
}

void shares_help(struct shares *shares) {
    unsigned own = join(shares);
    uint64_t seen = 0;
    if (own == 0) return;
    while (!(__atomic_load_n(&shares->members, __ATOMIC_RELAXED) & MEMBERS_CLOSED)) {
        uint64_t job = __atomic_load_n(&shares->job, __ATOMIC_ACQUIRE);
        if (job == seen) {
            shares->relax();
            continue;
        }
        seen = job;
        work(shares, own);
    }
    __atomic_fetch_add(&shares->left, 1, __ATOMIC_RELEASE);
}

unsigned shares_joined(const struct shares *shares) {
    return __atomic_load_n(&shares->members, __ATOMIC_RELAXED) & MEMBERS_COUNT;
}

void shares_dismiss(struct shares *shares) {
    __atomic_fetch_or(&shares->members, MEMBERS_CLOSED, __ATOMIC_ACQ_REL);
}

bool shares_are_gone(const struct shares *shares) {
    return __atomic_load_n(&shares->left, __ATOMIC_ACQUIRE) == shares_joined(shares);
}
