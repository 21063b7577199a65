#include "engine/generation/turn.h"

#include "engine/base/text.h"

// What stands round a text: pieces of a template, and a system text, that somebody wrote.
struct form {
    const char *before, *written, *between, *after;
};

// A part of a text.
struct part {
    const char *text;
    size_t length;
};

// str.strip of Jinja's filter `trim`, of ASCII, as llama.cpp has it.
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static struct part part_of(const char *text, bool trims) {
    struct part part = {text, text_length(text)};
    while (trims && part.length > 0 && is_blank(part.text[part.length - 1])) part.length--;
    while (trims && part.length > 0 && is_blank(*part.text)) part.text++, part.length--;
    return part;
}

bool turns_are_a_conversation(const struct settings *settings) {
    return settings->mode == MODE_CHAT || chat_pieces_given(&settings->chat);
}

// Nothing stands round an empty text outside of conversations: with it the model begins a text of its own.
static struct form form_of(const struct settings *s, const char *text, bool is_first) {
    const struct chat_pieces *chat = &s->chat;
    // Llama 2's chat models were trained on instructions in this form (llama2.c, run.c, chat).
    if (s->mode == MODE_CHAT) return (struct form){"[INST] ", "", "", " [/INST]"};
    if (!chat_pieces_given(chat)) {
        if (*text == '\0') return (struct form){"", "", "", ""};
        return (struct form){s->template.before, "", "", s->template.after};
    }
    if (!is_first) return (struct form){chat->next, "", "", chat->user_end};
    if (*s->system == '\0' || !chat_pieces_take_system(chat))
        return (struct form){chat->start, "", "", chat->user_end};
    return (struct form){chat->system_start, s->system, chat->system_end, chat->user_end};
}

bool turn_is_answered(const struct settings *settings, const char *text) {
    struct form form = form_of(settings, text, true);
    return *form.before != '\0' || *form.after != '\0' || *form.written != '\0' || *form.between != '\0';
}

static size_t longer(const char *a, const char *b) {
    size_t first = a == NULL ? 0 : text_length(a), second = b == NULL ? 0 : text_length(b);
    return first > second ? first : second;
}

size_t turn_capacity(const struct settings *s, size_t bytes) {
    enum { LLAMA2_FORM_BYTES = 64 };
    const struct chat_pieces *chat = &s->chat;
    size_t typed = longer(s->prompt, ""),
           round = longer(chat->start, chat->next) + longer(chat->user_end, "");
    round += longer(chat->system_start, "") + longer(chat->system_end, "");
    // A system text may be typed, too.
    if (chat_pieces_take_system(chat))
        round += text_length(s->system) > bytes ? text_length(s->system) : bytes;
    return (bytes > typed ? bytes : typed) + round + template_length(&s->template) + LLAMA2_FORM_BYTES;
}

void turn_set_up(struct turn *turn, struct language *language, const struct settings *settings,
                 size_t bytes, struct arena *arena) {
    size_t capacity = turn_capacity(settings, bytes);
    *turn = (struct turn){.language = language, .settings = settings, .capacity = capacity};
    turn->text = arena_take(arena, capacity, 1);
    turn->tokens = arena_take(arena, language_max_tokens(language, capacity) + 1, sizeof(uint32_t));
}

struct writer {
    char *text;
    size_t length;
    struct text_run runs[5];
    size_t run_count;
};

static void put(struct writer *w, struct part part, bool is_written) {
    memcpy(w->text + w->length, part.text, part.length);
    w->length += part.length;
    w->runs[w->run_count++] = (struct text_run){part.length, is_written};
}

// A turn after others begins with the token that the last one ended with.
static size_t encode(const struct turn *turn, const struct conversation *c, const char *text,
                     bool is_first) {
    struct form form = form_of(turn->settings, text, is_first);
    struct writer writer = {.text = turn->text};
    size_t count = 0;
    put(&writer, part_of(form.before, false), false);
    put(&writer, part_of(form.written, turn->settings->chat.trims_system), true);
    put(&writer, part_of(form.between, false), false);
    put(&writer, part_of(text, turn->settings->chat.trims_user), true);
    put(&writer, part_of(form.after, false), false);
    if (!is_first && c->has_pending) turn->tokens[count++] = c->pending;
    bool begins = is_first || turn->language->is_llama2c;
    return count + language_encode(turn->language, turn->text, writer.runs, writer.run_count, begins,
                                   turn->tokens + count);
}

static size_t form_length(const struct settings *settings, const char *text, bool is_first) {
    struct form form = form_of(settings, text, is_first);
    return text_length(form.before) + text_length(form.written) + text_length(form.between) +
           text_length(text) + text_length(form.after);
}

// How many tokens may be generated behind a prompt. Of llama2.c, steps counts the prompt's positions, too.
static bool find_limit(const struct turn *turn, size_t prompt_count, uint32_t *limit,
                       struct failure *failure) {
    uint32_t steps = turn->settings->steps, predict = turn->settings->predict;
    *limit = predict == 0 ? UINT32_MAX : predict;
    if (!turn->language->is_llama2c || steps == 0) return true;
    // The first token is no part of the text: it begins it, or has been shown with the turn before.
    if (prompt_count - 1 >= steps) {
        return fail(failure, "the prompt has %u tokens, and steps is %u", (unsigned)prompt_count - 1,
                    steps);
    }
    *limit = steps - ((uint32_t)prompt_count - 1);
    return true;
}

size_t turn_prepare(struct turn *turn, struct conversation *c, const char *text, uint32_t *limit,
                    struct failure *failure) {
    unsigned long long bytes = text_length(text), most = language_max_bytes(turn->language, c->context);
    const struct settings *settings = turn->settings;
    if (form_length(settings, text, true) > turn->capacity ||
        form_length(settings, text, false) > turn->capacity) {
        fail(failure, "the prompt has %llu bytes, which is more than can be typed", bytes);
        return 0;
    }
    if (bytes > most) {
        fail(failure,
             "the prompt has %llu bytes, and the %u tokens that the model can look back on have %llu at "
             "most",
             bytes, c->context, most);
        return 0;
    }
    bool goes_on = c->position > 0 && turns_are_a_conversation(turn->settings);
    size_t count = encode(turn, c, text, !goes_on);
    if (goes_on && count > c->context - c->position) {
        goes_on = false;
        count = encode(turn, c, text, true);
    }
    if (count > c->context) {
        fail(failure, "the prompt has %u tokens, and the model can look back on %u", (unsigned)count,
             c->context);
        return 0;
    }
    if (count == 0) {
        fail(failure, "there is nothing to go on from: this model needs a prompt");
        return 0;
    }
    if (!find_limit(turn, count, limit, failure)) return 0;
    if (!goes_on) conversation_clear(c);
    return count;
}
