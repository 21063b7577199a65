#include "engine/tokenizer/pre_tokenizer.h"

#include <stdbool.h>

#include "engine/tokenizer/unicode_classes.h"

#define AT_END 0x40 // the class of what is behind the end of a part
#define NOT_OTHER (CLASS_LETTER | CLASS_NUMBER | CLASS_SPACE | AT_END)

// Returns where the word ends that starts at `at`, in a part of the text that ends at `end`.
typedef size_t scanner(const struct characters *c, size_t at, size_t end);

static unsigned class_at(const struct characters *c, size_t at, size_t end) {
    return at < end ? (c->classes[at] & ~(unsigned)WORD_START) : AT_END;
}

static uint32_t code_at(const struct characters *c, size_t at, size_t end) {
    return at < end ? c->codes[at] : UINT32_MAX;
}

static bool is_line_end(uint32_t code) { return code == '\r' || code == '\n'; }

static size_t skip_class(const struct characters *c, size_t at, size_t end, unsigned class) {
    while (class_at(c, at, end) & class) at++;
    return at;
}

// Neither letters, numbers nor spaces.
static size_t skip_others(const struct characters *c, size_t at, size_t end) {
    while (!(class_at(c, at, end) & NOT_OTHER)) at++;
    return at;
}

// The length of what 's 't 're 've 'm 'll 'd match at an apostrophe, or 0.
static size_t contraction(const struct characters *c, size_t at, size_t end, bool any_case) {
    if (code_at(c, at, end) != '\'') return 0;
    uint32_t first = code_at(c, at + 1, end), second = code_at(c, at + 2, end);
    if (any_case && first >= 'A' && first <= 'Z') first += 'a' - 'A';
    if (any_case && second >= 'A' && second <= 'Z') second += 'a' - 'A';
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
    bool two = (first == 'r' && second == 'e') || (first == 'v' && second == 'e') ||
               (first == 'l' && second == 'l');
    return two ? 3 : 0;
}

// \s+(?!\S)|\s+ : the last space of several is left to the word behind them. Anything else is a word.
static size_t spaces(const struct characters *c, size_t at, size_t end) {
    size_t behind = skip_class(c, at, end, CLASS_SPACE);
    if (behind - at > 1 && behind < end) return behind - 1;
    return behind > at ? behind : at + 1;
}

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)
static size_t gpt_2_word(const struct characters *c, size_t at, size_t end) {
    size_t contracted = contraction(c, at, end, false);
    if (contracted > 0) return at + contracted;
    size_t from = code_at(c, at, end) == ' ' ? at + 1 : at;
    unsigned class = class_at(c, from, end);
    if (class & CLASS_LETTER) return skip_class(c, from, end, CLASS_LETTER);
    if (class & CLASS_NUMBER) return skip_class(c, from, end, CLASS_NUMBER);
    if (!(class & NOT_OTHER)) return skip_others(c, from, end);
    return spaces(c, at, end);
}

// \s*[\r\n]+ : the end of the last of several lines in a run of spaces, or 0.
static size_t line_ends(const struct characters *c, size_t at, size_t end) {
    size_t behind = 0;
    for (; class_at(c, at, end) & CLASS_SPACE; at++) {
        if (is_line_end(c->codes[at])) behind = at + 1;
    }
    return behind;
}

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|
// \s*[\r\n]+|\s+(?!\S)|\s+
static size_t llama_3_word_of(const struct characters *c, size_t at, size_t end, size_t digits) {
    size_t contracted = contraction(c, at, end, true);
    if (contracted > 0) return at + contracted;
    uint32_t code = code_at(c, at, end);
    unsigned class = class_at(c, at, end);
    if (class & CLASS_NUMBER) {
        size_t most = end - at < digits ? end : at + digits;
        return skip_class(c, at, most, CLASS_NUMBER);
    }
    if (class & CLASS_LETTER) return skip_class(c, at, end, CLASS_LETTER);
    if (!is_line_end(code) && class_at(c, at + 1, end) & CLASS_LETTER) {
        return skip_class(c, at + 1, end, CLASS_LETTER);
    }
    size_t from = code == ' ' ? at + 1 : at;
    if (!(class_at(c, from, end) & NOT_OTHER)) {
        size_t behind = skip_others(c, from, end);
        while (is_line_end(code_at(c, behind, end))) behind++;
        return behind;
    }
    size_t line = line_ends(c, at, end);
    return line > 0 ? line : spaces(c, at, end);
}

static size_t llama_3_word(const struct characters *c, size_t at, size_t end) {
    return llama_3_word_of(c, at, end, 3);
}

static size_t qwen_2_word(const struct characters *c, size_t at, size_t end) {
    return llama_3_word_of(c, at, end, 1);
}

// \p{N} : what is between them stays together, here and below.
static size_t single_number(const struct characters *c, size_t at, size_t end) {
    if (class_at(c, at, end) & CLASS_NUMBER) return at + 1;
    while (!(class_at(c, at, end) & (CLASS_NUMBER | AT_END))) at++;
    return at;
}

// \p{N}+
static size_t numbers(const struct characters *c, size_t at, size_t end) {
    if (class_at(c, at, end) & CLASS_NUMBER) return skip_class(c, at, end, CLASS_NUMBER);
    return single_number(c, at, end);
}

// [\p{P}\$\+<=>\^~\|]+
static bool is_mark(const struct characters *c, size_t at) {
    if (c->classes[at] & CLASS_PUNCTUATION) return true;
    uint32_t code = c->codes[at];
    return code == '$' || code == '+' || (code >= '<' && code <= '>') || code == '^' || code == '~' ||
           code == '|';
}

static size_t marks(const struct characters *c, size_t at, size_t end) {
    bool mark = is_mark(c, at);
    while (at < end && is_mark(c, at) == mark) at++;
    return at;
}

// [0-9][0-9][0-9]
static bool three_digits(const struct characters *c, size_t at, size_t end) {
    if (end - at < 3) return false;
    for (size_t i = at; i < at + 3; i++) {
        if (c->codes[i] < '0' || c->codes[i] > '9') return false;
    }
    return true;
}

static size_t threes(const struct characters *c, size_t at, size_t end) {
    if (three_digits(c, at, end)) return at + 3;
    while (at < end && !three_digits(c, at, end)) at++;
    return at;
}

// Splits each part of the text further.
static void split(struct characters *c, scanner *word) {
    for (size_t at = 0; at < c->count;) {
        size_t end = at + 1;
        while (end < c->count && !(c->classes[end] & WORD_START)) end++;
        while (at < end) {
            c->classes[at] |= WORD_START;
            at = word(c, at, end);
        }
    }
}

enum { STAGES = 4 };

void pre_tokenizer_split(enum pre_tokenizer kind, struct characters *c) {
    static scanner *const stages[][STAGES] = {
        [PRE_TOKENIZER_DEFAULT] = {marks, gpt_2_word, numbers, threes},
        [PRE_TOKENIZER_GPT_2] = {gpt_2_word},
        [PRE_TOKENIZER_DIGITS] = {single_number, gpt_2_word},
        [PRE_TOKENIZER_LLAMA_3] = {llama_3_word},
        [PRE_TOKENIZER_QWEN_2] = {qwen_2_word},
    };
    for (size_t i = 0; i < c->count; i++) c->classes[i] = (uint8_t)unicode_class(c->codes[i]);
    for (unsigned i = 0; i < STAGES && stages[kind][i] != NULL; i++) split(c, stages[kind][i]);
}
