#include "turn.h"

#include "firmware/console.h"
#include "model/text.h"

// What stands round a text. Nothing stands round an empty one: with it the model begins a text of its own.
static const struct template *template_for(const struct session *session, const char *text) {
    // Llama 2's chat models were trained on instructions in this form (llama2.c, run.c, chat).
    static const struct template instruction = {"[INST] ", " [/INST]"};
    static const struct template nothing = {"", ""};
    if (session->settings.mode == MODE_CHAT) return &instruction;
    return *text == '\0' ? &nothing : &session->settings.template;
}

static size_t encode_text(struct session *session, const char *text, uint32_t *tokens) {
    struct encoder *encoder = &session->encoder;
    const struct template *template = template_for(session, text);
    size_t length = text_format(session->turn_text, encoder->capacity, "%s%s%s", template->before, text,
                                template->after);
    return encoder_encode(encoder, session->turn_text, length, tokens);
}

// A turn after others begins with the token that the last one ended with.
static size_t encode(struct session *session, const struct conversation *conversation, uint32_t position,
                     const char *text) {
    uint32_t *tokens = session->turn_tokens;
    if (position == 0) return encode_text(session, text, tokens);
    tokens[0] = conversation->pending;
    return 1 + encode_text(session, text, tokens + 1);
}

bool turn_prepare(struct session *session, const struct conversation *conversation, const char *text,
                  struct generation *generation, struct failure *failure) {
    uint32_t context = session->checkpoint.shape.context, steps = session->settings.steps;
    bool chat = session->settings.mode == MODE_CHAT;
    size_t form_bytes = template_length(template_for(session, text));
    unsigned long long bytes = text_length(text) + form_bytes;
    unsigned long long max_bytes = encoder_max_bytes(&session->encoder, context);
    if (bytes > max_bytes) {
        return fail(failure,
                    "the prompt has %llu bytes, and the %u tokens that the model can look back on "
                    "have %llu at most",
                    bytes, context, max_bytes);
    }
    uint32_t position = chat ? conversation->position : 0;
    size_t count = encode(session, conversation, position, text);
    if (count > context - position && position > 0) {
        position = 0;
        count = encode(session, conversation, position, text);
    }
    if (count > context) {
        return fail(failure, "the prompt has %u tokens, and the model can look back on %u", (unsigned)count,
                    context);
    }
    // The first token is no part of the text: it begins it, or has been shown with the turn before.
    if (steps != 0 && count - 1 >= steps) {
        return fail(failure, "the prompt has %u tokens, and steps is %u", (unsigned)count - 1, steps);
    }
    *generation = (struct generation){
        .prompt = session->turn_tokens,
        .prompt_count = count,
        .position = position,
        // What stands in a form is answered, not gone on from.
        .echo = form_bytes == 0,
    };
    return true;
}

void turn_run(struct session *session, struct conversation *conversation, struct generation *generation) {
    bool is_new = generation->position == 0 && conversation->position > 0;
    if (is_new && session->settings.mode == MODE_CHAT) {
        console_print("(The context is full: the conversation starts anew.)\n");
    }
    generate(session, generation);
    conversation->position = generation->position;
    conversation->pending = generation->next_token;
}
