#include "engine/generation/conversation.h"

void conversation_set_up(struct conversation *c, uint32_t context, struct arena *arena) {
    *c = (struct conversation){.context = context, .tokens = arena_take(arena, context, sizeof(uint32_t))};
}

void conversation_clear(struct conversation *c) {
    c->position = 0;
    c->has_pending = false;
}
