#include "engine/generation/stops.h"

#include "engine/base/text.h"

void stops_begin(struct stops *stops, const char *const *texts, unsigned count) {
    *stops = (struct stops){.texts = texts, .count = count};
}

static size_t length_of(const char *text) {
    size_t length = text_length(text);
    return length < STOP_HELD_MAX ? length : STOP_HELD_MAX;
}

// Whether what is held, from `from` on, is the beginning of one of the texts.
static bool may_become_one(const struct stops *stops, size_t from) {
    size_t left = stops->held_length - from;
    for (unsigned i = 0; i < stops->count; i++) {
        size_t length = length_of(stops->texts[i]);
        if (left < length && memcmp(stops->held + from, stops->texts[i], left) == 0) return true;
    }
    return false;
}

// The length of the longest of the texts that what is held ends with; 0 if there is none.
static size_t length_found(const struct stops *stops) {
    size_t longest = 0;
    for (unsigned i = 0; i < stops->count; i++) {
        size_t length = length_of(stops->texts[i]);
        if (length <= longest || length > stops->held_length) continue;
        const char *end = stops->held + (stops->held_length - length);
        if (memcmp(end, stops->texts[i], length) == 0) longest = length;
    }
    return longest;
}

// The first of the texts to be complete ends the answer, though a longer one may have begun before it. What is
// held is the beginning of one, and so shorter than the longest.
static void take(struct stops *stops, char byte, void (*show)(void *, const char *, size_t),
                 void *context) {
    stops->held[stops->held_length++] = byte;
    size_t found = length_found(stops), end = stops->held_length - found, passed = found > 0 ? end : 0;
    stops->found = found > 0;
    while (passed < end && !may_become_one(stops, passed)) passed++;
    if (passed == 0) return;
    show(context, stops->held, passed);
    stops->held_length -= passed;
    memmove(stops->held, stops->held + passed, stops->held_length);
}

void stops_put(struct stops *stops, const char *text, size_t length,
               void (*show)(void *context, const char *text, size_t length), void *context) {
    if (stops->count == 0) {
        show(context, text, length);
        return;
    }
    for (size_t i = 0; i < length && !stops->found; i++) take(stops, text[i], show, context);
}

void stops_end(struct stops *stops, void (*show)(void *context, const char *text, size_t length),
               void *context) {
    if (!stops->found && stops->held_length > 0) show(context, stops->held, stops->held_length);
    stops->held_length = 0;
}
