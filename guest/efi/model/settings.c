#include "settings.h"

#include "text.h"

const struct settings settings_defaults = {
    .model = "stories15M.bin",
    .tokenizer = "tokenizer.bin",
    .prompt = "",
    .template = {"", ""},
    .steps = 256,
    .temperature = 1.0f,
    .top_p = 0.9f,
    .mode = MODE_GENERATE,
    .answer = ANSWER_CONSOLE,
};

enum kind { PATH, PROMPT, TEMPLATE, STEPS, TEMPERATURE, PROBABILITY, SEED, SWITCH, MODE, ANSWER };

static const struct setting {
    const char *name;
    enum kind kind;
    size_t offset;
} known[] = {
    {"model", PATH, offsetof(struct settings, model)},
    {"tokenizer", PATH, offsetof(struct settings, tokenizer)},
    {"prompt", PROMPT, offsetof(struct settings, prompt)},
    {"template", TEMPLATE, offsetof(struct settings, template)},
    {"steps", STEPS, offsetof(struct settings, steps)},
    {"temp", TEMPERATURE, offsetof(struct settings, temperature)},
    {"top_p", PROBABILITY, offsetof(struct settings, top_p)},
    {"seed", SEED, offsetof(struct settings, seed)},
    {"interactive", SWITCH, offsetof(struct settings, interactive)},
    {"poweroff", SWITCH, offsetof(struct settings, power_off)},
    {"mode", MODE, offsetof(struct settings, mode)},
    {"answer", ANSWER, offsetof(struct settings, answer)},
};

enum { KNOWN_COUNT = sizeof known / sizeof known[0] };

size_t template_length(const struct template *template) {
    return text_length(template->before) + text_length(template->after);
}

static const struct setting *find(const char *name) {
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (text_equal(known[i].name, name)) return &known[i];
    }
    return NULL;
}

static bool set_decimal(float *field, const char *value, double maximum) {
    double number;
    if (!text_parse_decimal(value, &number) || number > maximum) return false;
    *field = (float)number;
    return true;
}

static bool set_choice(int *field, const char *value, const char *const names[2]) {
    for (int i = 0; i < 2; i++) {
        if (text_equal(value, names[i])) {
            *field = i;
            return true;
        }
    }
    return false;
}

// In place: what an escape stands for is shorter than the escape.
static bool unescape(char *text) {
    char *to = text;
    for (; *text != '\0'; text++) {
        if (*text != '\\') {
            *to++ = *text;
            continue;
        }
        switch (*++text) {
        case 'n': *to++ = '\n'; break;
        case 'r': *to++ = '\r'; break;
        case 't': *to++ = '\t'; break;
        case '\\': *to++ = '\\'; break;
        default: return false;
        }
    }
    *to = '\0';
    return true;
}

static char *find_text(char *text, const char *wanted, size_t length) {
    for (; *text != '\0'; text++) {
        size_t same = 0;
        while (same < length && text[same] == wanted[same]) same++;
        if (same == length) return text;
    }
    return NULL;
}

// Splits the text at {prompt}, which it must have exactly once.
static bool set_template(struct template *field, char *text) {
    static const char place[] = "{prompt}";
    const size_t length = sizeof place - 1;
    if (!unescape(text)) return false;
    char *found = find_text(text, place, length);
    if (found == NULL || find_text(found + length, place, length) != NULL) return false;
    *found = '\0';
    *field = (struct template){.before = text, .after = found + length};
    return true;
}

// Sets the field; on failure returns what the value should have been, else NULL.
static const char *set_field(enum kind kind, void *field, char *value) {
    static const char *const switches[] = {"0", "1"};
    static const char *const modes[] = {"generate", "chat"};
    static const char *const channels[] = {"console", "serial"};
    uint64_t number;
    int choice;
    switch (kind) {
    case PATH:
        if (*value == '\0') return "the name of a file";
        *(const char **)field = value;
        return NULL;
    case PROMPT:
        if (!unescape(value)) return "text in which a backslash starts \\n, \\r, \\t or \\\\";
        *(const char **)field = value;
        return NULL;
    case TEMPLATE:
        return set_template(field, value)
                   ? NULL
                   : "text with {prompt} in it once, in which a backslash starts \\n, \\r, \\t or \\\\";
    case STEPS:
        if (!text_parse_uint64(value, &number) || number > INT32_MAX) {
            return "a number of tokens, 0 for as many as the model can";
        }
        *(uint32_t *)field = (uint32_t)number;
        return NULL;
    case TEMPERATURE: return set_decimal(field, value, 100) ? NULL : "a number from 0 to 100";
    case PROBABILITY: return set_decimal(field, value, 1) ? NULL : "a number from 0 to 1";
    case SEED: return text_parse_uint64(value, field) ? NULL : "a number of up to 64 bits";
    case SWITCH:
        if (!set_choice(&choice, value, switches)) return "0 or 1";
        *(bool *)field = choice == 1;
        return NULL;
    case MODE: return set_choice(field, value, modes) ? NULL : "generate or chat";
    case ANSWER: return set_choice(field, value, channels) ? NULL : "console or serial";
    }
    return "known";
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static char *trim(char *text) {
    while (is_blank(*text)) text++;
    size_t length = text_length(text);
    while (length > 0 && is_blank(text[length - 1])) length--;
    text[length] = '\0';
    return text;
}

bool settings_set(struct settings *settings, const char *name, char *value, struct failure *failure) {
    const struct setting *setting = find(name);
    if (setting == NULL) return fail(failure, "there is no setting \"%s\"", name);
    if (setting->kind != PROMPT && setting->kind != TEMPLATE) value = trim(value);
    const char *expected = set_field(setting->kind, (char *)settings + setting->offset, value);
    if (expected == NULL) return true;
    return fail(failure, "%s must be %s", name, expected);
}

// `seen` has a bit for each setting that an earlier line gave.
static bool parse_line(struct settings *settings, char *line, unsigned *seen, struct failure *failure) {
    char *name = line;
    while (is_blank(*name)) name++;
    if (*name == '\0' || *name == '#') return true;
    char *value = name;
    while (*value != '=' && *value != '\0') value++;
    if (*value == '\0') return fail(failure, "\"%s\" is not of the form name=value", name);
    *value++ = '\0';
    name = trim(name);
    const struct setting *setting = find(name);
    if (setting != NULL) {
        unsigned bit = 1u << (setting - known);
        if (*seen & bit) return fail(failure, "%s is given a second time", name);
        *seen |= bit;
    }
    return settings_set(settings, name, value, failure);
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
    if (good && settings->mode == MODE_CHAT && template_length(&settings->template) > 0) {
        return fail(failure, "llama2.cfg: there is a template, and mode=chat has its own");
    }
    return good;
}
