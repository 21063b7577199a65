#include "engine/settings/settings.h"

#include "engine/base/text.h"
#include "engine/settings/values.h"

const struct settings settings_defaults = {
    .model = "stories15M.bin",
    .tokenizer = "tokenizer.bin",
    .prompt = "",
    .template = {"", ""},
    .system = "",
    .steps = 256,
    .temperature = NOT_GIVEN,
    .top_p = NOT_GIVEN,
    .top_k = TOP_K_NOT_GIVEN,
    .min_p = NOT_GIVEN,
    .repeat_penalty = 1.0f,
    .repeat_last_n = 64,
    .mode = MODE_GENERATE,
    .answer = ANSWER_CONSOLE,
};

enum kind {
    PATH,
    TEXT,
    TEMPLATE,
    STOP,
    TOKENS,
    COUNT,
    TEMPERATURE,
    PROBABILITY,
    PENALTY,
    SEED,
    SWITCH,
    MODE,
    ANSWER
};

static const struct setting {
    const char *name;
    enum kind kind;
    size_t offset;
} known[] = {
    {"model", PATH, offsetof(struct settings, model)},
    {"tokenizer", PATH, offsetof(struct settings, tokenizer)},
    {"prompt", TEXT, offsetof(struct settings, prompt)},
    {"template", TEMPLATE, offsetof(struct settings, template)},
    {"system", TEXT, offsetof(struct settings, system)},
    {"chat_start", TEXT, offsetof(struct settings, chat.start)},
    {"chat_system_start", TEXT, offsetof(struct settings, chat.system_start)},
    {"chat_system_end", TEXT, offsetof(struct settings, chat.system_end)},
    {"chat_user_end", TEXT, offsetof(struct settings, chat.user_end)},
    {"chat_next", TEXT, offsetof(struct settings, chat.next)},
    {"chat_trims_user", SWITCH, offsetof(struct settings, chat.trims_user)},
    {"chat_trims_system", SWITCH, offsetof(struct settings, chat.trims_system)},
    {"stop", STOP, 0},
    {"steps", TOKENS, offsetof(struct settings, steps)},
    {"predict", TOKENS, offsetof(struct settings, predict)},
    {"context", TOKENS, offsetof(struct settings, context)},
    {"temp", TEMPERATURE, offsetof(struct settings, temperature)},
    {"top_p", PROBABILITY, offsetof(struct settings, top_p)},
    {"top_k", COUNT, offsetof(struct settings, top_k)},
    {"min_p", PROBABILITY, offsetof(struct settings, min_p)},
    {"repeat_penalty", PENALTY, offsetof(struct settings, repeat_penalty)},
    {"repeat_last_n", COUNT, offsetof(struct settings, repeat_last_n)},
    {"seed", SEED, offsetof(struct settings, seed)},
    {"interactive", SWITCH, offsetof(struct settings, interactive)},
    {"poweroff", SWITCH, offsetof(struct settings, power_off)},
    {"mode", MODE, offsetof(struct settings, mode)},
    {"answer", ANSWER, offsetof(struct settings, answer)},
};

enum { KNOWN_COUNT = sizeof known / sizeof known[0] };
_Static_assert(KNOWN_COUNT <= 32, "which settings were seen is an unsigned");

size_t template_length(const struct template *template) {
    return text_length(template->before) + text_length(template->after);
}

static const struct setting *find(const char *name) {
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (text_equal(known[i].name, name)) return &known[i];
    }
    return NULL;
}

bool chat_pieces_given(const struct chat_pieces *pieces) {
    return pieces->start != NULL && pieces->user_end != NULL && pieces->next != NULL;
}

bool chat_pieces_take_system(const struct chat_pieces *pieces) {
    return chat_pieces_given(pieces) && pieces->system_start != NULL && pieces->system_end != NULL;
}

void settings_complete(struct settings *settings, enum model_kind kind) {
    bool gguf = kind == KIND_GGUF;
    if (settings->temperature < 0) settings->temperature = gguf ? 0.8f : 1.0f;
    if (settings->top_p < 0) settings->top_p = gguf ? 0.95f : 0.9f;
    if (settings->top_k == TOP_K_NOT_GIVEN) settings->top_k = gguf ? 40 : 0;
    if (settings->min_p < 0) settings->min_p = gguf ? 0.05f : 0.0f;
}

static const char *add_stop(struct settings *settings, char *value) {
    const char *text;
    if (!value_text(&text, value) || *text == '\0') {
        return "text, not empty, in which a backslash starts \\n, \\r, \\t or \\\\";
    }
    if (settings->stop_count == MAX_STOPS) return "given eight times at most";
    settings->stops[settings->stop_count++] = text;
    return NULL;
}

// Sets what the setting is of; on failure returns what the value should have been, else NULL.
static const char *set_value(struct settings *settings, const struct setting *setting, char *value) {
    static const char *const switches[] = {"0", "1"};
    static const char *const modes[] = {"generate", "chat"};
    static const char *const channels[] = {"console", "serial"};
    void *field = (char *)settings + setting->offset;
    int choice;
    switch (setting->kind) {
    case PATH:
        if (*value == '\0') return "the name of a file";
        *(const char **)field = value;
        return NULL;
    case TEXT:
        return value_text(field, value) ? NULL : "text in which a backslash starts \\n, \\r, \\t or \\\\";
    case TEMPLATE:
        return value_template(field, value)
                   ? NULL
                   : "text with {prompt} in it once, in which a backslash starts \\n, \\r, \\t or \\\\";
    case STOP: return add_stop(settings, value);
    case TOKENS:
        return value_whole(field, value) ? NULL : "a number of tokens, 0 for as many as the model can";
    case COUNT: return value_whole(field, value) ? NULL : "a number of tokens";
    case TEMPERATURE: return value_decimal(field, value, 0, 100) ? NULL : "a number from 0 to 100";
    case PROBABILITY: return value_decimal(field, value, 0, 1) ? NULL : "a number from 0 to 1";
    case PENALTY: return value_decimal(field, value, 0.5, 100) ? NULL : "a number from 0.5 to 100";
    case SEED: return text_parse_uint64(value, field) ? NULL : "a number of up to 64 bits";
    case SWITCH:
        if (!value_choice(&choice, value, switches)) return "0 or 1";
        *(bool *)field = choice == 1;
        return NULL;
    case MODE: return value_choice(field, value, modes) ? NULL : "generate or chat";
    case ANSWER: return value_choice(field, value, channels) ? NULL : "console or serial";
    }
    return "known";
}

static bool is_text(enum kind kind) { return kind == TEXT || kind == TEMPLATE || kind == STOP; }

bool settings_set(struct settings *settings, const char *name, char *value, struct failure *failure) {
    const struct setting *setting = find(name);
    if (setting == NULL) return fail(failure, "there is no setting \"%s\"", name);
    if (!is_text(setting->kind)) value = value_trim(value);
    const char *expected = set_value(settings, setting, value);
    if (expected == NULL) return true;
    return fail(failure, "%s must be %s", name, expected);
}

// `seen` has a bit for each setting that an earlier line gave.
static bool parse_line(struct settings *settings, char *line, unsigned *seen, struct failure *failure) {
    char *name = line;
    while (value_is_blank(*name)) name++;
    if (*name == '\0' || *name == '#') return true;
    char *value = name;
    while (*value != '=' && *value != '\0') value++;
    if (*value == '\0') return fail(failure, "\"%s\" is not of the form name=value", name);
    *value++ = '\0';
    name = value_trim(name);
    const struct setting *setting = find(name);
    if (setting != NULL && setting->kind != STOP) {
        unsigned bit = 1u << (setting - known);
        if (*seen & bit) return fail(failure, "%s is given a second time", name);
        *seen |= bit;
    }
    return settings_set(settings, name, value, failure);
}

// Of the forms that a text can be put into, there may be one, and all of it.
static bool check_forms(const struct settings *settings, struct failure *failure) {
    const struct chat_pieces *chat = &settings->chat;
    bool has_template = template_length(&settings->template) > 0, has_mode = settings->mode == MODE_CHAT;
    bool has_turns = chat->start != NULL || chat->user_end != NULL || chat->next != NULL;
    bool has_place = chat->system_start != NULL || chat->system_end != NULL;
    if (has_mode && has_template) {
        return fail(failure, "llama2.cfg: there is a template, and mode=chat has its own");
    }
    if ((has_turns || has_place) && (has_template || has_mode)) {
        return fail(failure, "llama2.cfg: there are pieces of a chat template, and another form of texts");
    }
    if ((has_turns || has_place) && !chat_pieces_given(chat)) {
        return fail(failure, "llama2.cfg: chat_start, chat_user_end and chat_next go together");
    }
    if (has_place && !chat_pieces_take_system(chat)) {
        return fail(failure, "llama2.cfg: chat_system_start and chat_system_end go together");
    }
    if (*settings->system != '\0' && !has_place) {
        return fail(failure, "llama2.cfg: there is a system text, and no place for it");
    }
    return true;
}

bool settings_parse(struct settings *settings, char *file, size_t size, struct failure *failure) {
    static const char mark[] = "\xef\xbb\xbf"; // a byte order mark, which some editors write
    size_t position = size >= 3 && memcmp(file, mark, 3) == 0 ? 3 : 0;
    unsigned seen = 0;
    bool good = true;
    for (unsigned number = 1; position < size; number++) {
        char *line = file + position;
        size_t length = 0;
        bool nul = false;
        for (; position + length < size && line[length] != '\n'; length++) {
            nul = nul || line[length] == '\0';
        }
        position += length + 1;
        if (length > 0 && line[length - 1] == '\r') length--;
        line[length] = '\0';
        struct failure reason;
        bool done = nul ? fail(&reason, "it has a NUL byte") : parse_line(settings, line, &seen, &reason);
        // The other lines count all the same: one of them may say what to do after a failure.
        if (!done && good) good = fail(failure, "llama2.cfg, line %u: %s", number, reason.text);
    }
    return good && check_forms(settings, failure);
}
