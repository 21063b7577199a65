// load_conversation: loads a conversation from a firmware's disk, for a model of 500 tokens that looks back on 64.
//
//     load_conversation NAME [save] [PATH=TEXT] ...
//
// In TEXT, a slash is the end of a line. Before loading, a conversation of three tokens is there, which `save`
// saves under that name. Prints why the conversation is not loaded, and what is then there.

#define _DEFAULT_SOURCE
#include <strings.h>

#include "app/answering.h"
#include "app/keeping.h"
#include "fake_disks.h"
#include "firmware/console.h"

void console_print(const char *format, ...) { (void)format; }

bool answering_run(struct session *session, const uint32_t *tokens, size_t count) {
    struct conversation *c = &session->conversation;
    for (size_t i = 0; i < count; i++) c->tokens[c->position++] = tokens[i];
    return true;
}

int main(int count, char **arguments) {
    static struct session session;
    static uint32_t tokens[64] = {1, 2, 3};
    struct failure failure;
    if (count < 2) return 2;
    session.model.shape.vocabulary = 500;
    session.conversation = (struct conversation){.context = 64, .position = 3, .tokens = tokens};
    fake_set_up();
    fake_boot_from((EFI_HANDLE)10);
    struct fake_volume *volume = fake_add_volume((EFI_HANDLE)10);
    for (int i = 2; i < count; i++) {
        char *text = strchr(arguments[i], '=');
        if (text == NULL) {
            if (!conversation_save(&session, arguments[1], &failure)) printf("%s\n", failure.text);
            continue;
        }
        *text++ = '\0';
        for (char *c = text; *c != '\0'; c++) *c = *c == '/' ? '\n' : *c;
        fake_add_text(volume, arguments[i], text);
    }
    if (!conversation_load(&session, arguments[1], &failure)) printf("%s\n", failure.text);
    for (uint32_t i = 0; i < session.conversation.position; i++) printf("%u ", tokens[i]);
    printf("\n");
    if (fake_open_files != 0) printf("something is left open\n");
    return 0;
}
