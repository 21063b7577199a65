#include "turn.h"

#include "firmware/console.h"
#include "generate.h"
#include "model/text.h"

// Llama 2's chat models were trained on instructions in this form (llama2.c, run.c, chat).
static size_t encode_instruction(struct session *session, const char *text, uint32_t *tokens) {
    struct encoder *encoder = &session->encoder;
    char *form = session->turn_text;
    size_t length = text_format(form, encoder->capacity, "[INST] %s [/INST]", text);
    return encoder_encode(encoder, form, length, tokens);
}

static size_t encode(struct session *session, struct conversation *conversation, const char *text) {
    uint32_t *tokens = session->turn_tokens;
    if (session->settings.mode != MODE_CHAT) {
        return encoder_encode(&session->encoder, text, text_length(text), tokens);
    }
    if (conversation->position == 0) return encode_instruction(session, text, tokens);
    tokens[0] = conversation->pending;
    return 1 + encode_instruction(session, text, tokens + 1);
}

bool turn_run(struct session *session, struct conversation *conversation, const char *text,
              struct failure *failure) {
    uint32_t context = session->checkpoint.shape.context;
    bool chat = session->settings.mode == MODE_CHAT;
    if (!chat) conversation->position = 0;
    size_t count = encode(session, conversation, text);
    if (count > context - conversation->position && conversation->position > 0) {
        console_print("(The context is full: the conversation starts anew.)\n");
        conversation->position = 0;
        count = encode(session, conversation, text);
    }
    if (count > context) {
        return fail(failure, "the text has %u tokens, and the model can look back on %u",
                    (unsigned)count, context);
    }
    struct generation generation = {
        .prompt = session->turn_tokens,
        .prompt_count = count,
        .position = conversation->position,
        .echo = !chat,
    };
    generate(session, &generation);
    conversation->position = generation.position;
    conversation->pending = generation.next_token;
    return true;
}
