#include "conversation.h"

#include "console/console.h"
#include "text/text.h"

static void leave_prompt(struct conversation *conversation) {
    prompt_leave(&conversation->prompt);
    conversation->at_prompt = false;
}

// The message whose turn it is goes to llama-cli.
static void hand_over(struct conversation *conversation) {
    conversation->at_prompt = false;
    llama_cli_begin_message(&conversation->llama);
    messages_begin_sending(&conversation->messages);
}

void conversation_serve_prompt(struct conversation *conversation) {
    size_t length;
    const char *text = messages_first(&conversation->messages, &length);
    if (text != NULL) {
        // Shown by the view that shows what is typed: through an editor of its own.
        static struct line_editor line;
        memcpy(line.text, text, length);
        line.length = line.cursor = length;
        line.changed_from = 0;
        line_view_begin(&conversation->prompt.view);
        line_view_leave(&conversation->prompt.view, &line);
        hand_over(conversation);
    } else if (conversation->end_of_input) {
        screen_put(&conversation->screen, "\r\n", 2);
        conversation->over = true;
    } else {
        prompt_show(&conversation->prompt);
        prompt_want_line(&conversation->prompt);
    }
}

void conversation_show_prompt(struct conversation *conversation) {
    screen_put(&conversation->screen, LINE_PROMPT, sizeof LINE_PROMPT - 1);
    prompt_show(&conversation->prompt);
}

void conversation_set_window(struct conversation *conversation, const struct window_size *window) {
    llama_cli_resize(&conversation->llama, window);
    conversation->prompt.view.rows = window->rows;
    conversation->prompt.view.columns = window->columns;
}

// Ctrl+C: clears the line; on an empty one, and while the model loads, the conversation is over; while
// llama-cli answers, it interrupts that, however often it is pressed.
static void interrupt(struct conversation *conversation) {
    if (conversation->at_prompt && conversation->prompt.line.length > 0) {
        line_editor_clear(&conversation->prompt.line);
    } else if (conversation->at_prompt || !conversation->llama.loaded) {
        if (!llama_cli_was_just_interrupted(&conversation->llama)) conversation->over = true;
    } else {
        llama_cli_interrupt(&conversation->llama);
    }
}

static void enter(struct conversation *conversation) {
    struct line_editor *line = &conversation->prompt.line;
    if (line_editor_is(line, "/poweroff")) {
        line_editor_clear(line);
        conversation->over = true;
        return;
    }
    if (line_editor_continue(line)) {
        prompt_want_line(&conversation->prompt);
        return;
    }
    bool was_at_prompt = conversation->at_prompt;
    bool accepted = line->length > 0 && !line->too_long &&
                    messages_add(&conversation->messages, line->text, line->length);
    if (was_at_prompt) leave_prompt(conversation);
    if (accepted) {
        line_editor_remember(line);
    } else if (line->length > 0) {
        console_line("zosia: the message is too long, and was not sent");
    }
    line_editor_clear(line);
    if (!was_at_prompt) return;
    if (accepted) {
        hand_over(conversation);
    } else {
        conversation->at_prompt = true;
        conversation_show_prompt(conversation);
        prompt_want_line(&conversation->prompt);
    }
}

static void resize(struct conversation *conversation, const struct key *key) {
    const struct window_size window = {.rows = (uint16_t)key->rows, .columns = (uint16_t)key->columns};
    if (conversation->at_prompt && !conversation->prompt.piped) {
        prompt_draw(&conversation->prompt);
        line_view_resize(&conversation->prompt.view, &conversation->prompt.line, key->rows, key->columns);
    }
    conversation_set_window(conversation, &window);
}

void conversation_key(struct conversation *conversation, const struct key *key) {
    if (conversation->end_of_input && key->kind != KEY_INTERRUPT && key->kind != KEY_WINDOW_SIZE) return;
    switch (key->kind) {
    case KEY_INTERRUPT: interrupt(conversation); break;
    case KEY_ENTER: enter(conversation); break;
    case KEY_END_OF_INPUT:
        if (conversation->prompt.line.length == 0) {
            conversation->end_of_input = true;
        } else {
            line_editor_key(&conversation->prompt.line, &(struct key){.kind = KEY_DELETE});
        }
        break;
    case KEY_CLEAR_SCREEN:
        if (conversation->at_prompt)
            line_view_clear_screen(&conversation->prompt.view, &conversation->prompt.line);
        break;
    case KEY_WINDOW_SIZE: resize(conversation, key); break;
    default: line_editor_key(&conversation->prompt.line, key);
    }
}
