#include "answering.h"

#include "engine/sampling/from_settings.h"
#include "firmware/answer.h"
#include "firmware/clock.h"
#include "firmware/console.h"
#include "firmware/processors.h"

void answering_seed(struct session *session, uint64_t seed) {
    session->sampler.state = seed != 0 ? seed : clock_seed();
}

static void show(void *context, const char *text, size_t length) {
    (void)context;
    console_write(text, length);
    answer_text(text, length);
}

static void echo(void *context, const char *text, size_t length) {
    (void)context;
    console_write(text, length);
}

// Leaves no key behind: a second Ctrl+C would switch the machine off at the prompt.
static bool wants_to_stop(void *context) {
    struct key key;
    bool stop = false;
    (void)context;
    while (console_key_pressed(&key)) {
        stop |= key.code == KEY_ESCAPE || key.character == CONTROL_C;
    }
    return stop;
}

static struct generator generator_of(struct session *session) {
    const struct settings *settings = &session->settings;
    return (struct generator){
        .transformer = &session->transformer,
        .language = &session->language,
        .sampler = &session->sampler,
        .chain = chain_of_settings(settings),
        .recent = settings->repeat_last_n,
        .conversation = &session->conversation,
        .stops = settings->stops,
        .stop_count = settings->stop_count,
        .show = show,
        .echo = echo,
        .wants_to_stop = wants_to_stop,
        .now = clock_ticks,
    };
}

// The first token is not counted: it pays for whatever is done for the first time.
static void report_speed(const struct generation *generation) {
    double seconds = clock_seconds(generation->time);
    if (generation->count < 2 || !(seconds > 0)) return;
    uint32_t tokens = generation->count - 1;
    console_print("%u tokens in %.3f s: %.2f tokens/s\n", tokens, seconds, tokens / seconds);
}

static void tell_rate(const char *what, uint32_t tokens, uint64_t ticks) {
    double seconds = clock_seconds(ticks);
    console_print("%s %u tokens", what, tokens);
    if (tokens > 0 && seconds > 0) console_print(" in %.3f s: %.2f tokens/s", seconds, tokens / seconds);
    console_print("\n");
}

void answering_tell(const struct session *session) {
    const struct generation *last = &session->last;
    const struct conversation *conversation = &session->conversation;
    tell_rate("prompt:     ", (uint32_t)last->prompt_count, last->prompt_time);
    tell_rate("generation: ", last->count > 0 ? last->count - 1 : 0, last->time);
    console_print("context:     %u of %u tokens\n", conversation->position, conversation->context);
}

bool answer_turn(struct session *session, const char *text, bool *stopped, struct failure *failure) {
    const struct settings *settings = &session->settings;
    uint32_t before = session->conversation.position;
    uint32_t limit;
    size_t count = turn_prepare(&session->turn, &session->conversation, text, &limit, failure);
    if (count == 0) return false; // what was last answered stays what /stats tells of
    struct generation *generation = &session->last;
    *generation = (struct generation){
        .prompt = session->turn.tokens,
        .prompt_count = count,
        .limit = limit,
        // What stands in a form is answered, not gone on from.
        .echo = !turn_is_answered(settings, text),
    };
    if (before > 0 && session->conversation.position == 0 && turns_are_a_conversation(settings)) {
        console_print("(The context is full: the conversation starts anew.)\n");
    }
    if (session->language.is_llama2c && !settings->interactive) {
        uint32_t context = session->conversation.context, steps = settings->steps;
        console_print("Generating %u tokens:\n", steps == 0 || steps > context ? context : steps);
    }
    struct generator generator = generator_of(session);
    session->transformer.team = processors_start();
    generate(&generator, generation);
    // What was pressed while the model ended its text by itself is not for the prompt either.
    generation->stopped |= wants_to_stop(NULL);
    processors_stop();
    console_print("\n");
    if (generation->is_full) console_print("(The context is full.)\n");
    if (!turns_are_a_conversation(settings)) report_speed(generation);
    *stopped = generation->stopped;
    return true;
}

bool answering_run(struct session *session, const uint32_t *tokens, size_t count) {
    struct generator generator = generator_of(session);
    session->transformer.team = processors_start();
    bool done = generate_run(&generator, tokens, count);
    processors_stop();
    return done;
}
