// Parses standard input as llama2.cfg and prints the settings as JSON; after a failure also its text. The
// argument gguf or llama2c is the kind of a model that completes them.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/settings/settings.h"

static void print_text(const char *name, const char *text) {
    printf("\"%s\":\"", name);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') printf("\\%c", c);
        else if (c < ' ') printf("\\u%04x", c);
        else putchar(c);
    }
    printf("\",");
}

static void print_piece(const char *name, const char *text) {
    if (text != NULL) print_text(name, text);
}

int main(int count, char **arguments) {
    enum { CAPACITY = 1 << 20 };
    // Exactly one byte more than the file, so that a checker of memory sees what goes beyond.
    char *input = malloc(CAPACITY);
    size_t size = fread(input, 1, CAPACITY - 1, stdin);
    char *file = malloc(size + 1);
    memcpy(file, input, size);
    struct settings s = settings_defaults;
    struct failure failure;
    printf("{");
    if (!settings_parse(&s, file, size, &failure)) print_text("failure", failure.text);
    if (count > 1) settings_complete(&s, strcmp(arguments[1], "gguf") == 0 ? KIND_GGUF : KIND_LLAMA2C);
    print_text("model", s.model);
    print_text("tokenizer", s.tokenizer);
    print_text("prompt", s.prompt);
    print_text("before", s.template.before);
    print_text("after", s.template.after);
    print_text("system", s.system);
    print_piece("chatStart", s.chat.start);
    print_piece("chatSystemStart", s.chat.system_start);
    print_piece("chatSystemEnd", s.chat.system_end);
    print_piece("chatUserEnd", s.chat.user_end);
    print_piece("chatNext", s.chat.next);
    printf("\"trimsUser\":%d,\"trimsSystem\":%d,", s.chat.trims_user, s.chat.trims_system);
    for (unsigned i = 0; i < s.stop_count; i++) {
        char name[] = {'s', 't', 'o', 'p', (char)('0' + i), '\0'};
        print_text(name, s.stops[i]);
    }
    printf("\"chat\":%d,\"takesSystem\":%d,", chat_pieces_given(&s.chat), chat_pieces_take_system(&s.chat));
    printf("\"context\":%u,\"topK\":%d,\"minP\":%.9g,\"repeatPenalty\":%.9g,\"repeatLastN\":%u,", s.context,
           (int)s.top_k, (double)s.min_p, (double)s.repeat_penalty, s.repeat_last_n);
    printf("\"steps\":%u,\"temp\":%.9g,\"topP\":%.9g,\"seed\":\"%llu\",", s.steps, (double)s.temperature,
           (double)s.top_p, (unsigned long long)s.seed);
    printf("\"interactive\":%d,\"powerOff\":%d,\"mode\":%d,\"answer\":%d}\n", s.interactive, s.power_off,
           s.mode, s.answer);
    return 0;
}
