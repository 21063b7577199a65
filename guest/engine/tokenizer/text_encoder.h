// From text to tokens, with the vocabulary of a GGUF.
#ifndef ZOSIA_TEXT_ENCODER_H
#define ZOSIA_TEXT_ENCODER_H

#include "engine/tokenizer/byte_pairs.h"
#include "engine/tokenizer/sentencepiece.h"
#include "engine/tokenizer/vocabulary.h"

struct text_encoder {
    const struct vocabulary *vocabulary;
    size_t capacity; // bytes of text that can be encoded at once
    uint8_t *marks; // special_mark of each
    struct sentencepiece sentencepiece; // one of the two is used
    struct byte_pairs pairs;
};

enum { TEXT_ENCODER_BYTES_MAX = 1 << 28 };

// Takes the memory, about 100 bytes for each of the text. The vocabulary need only have been measured, and
// has to be set up before a text is encoded. `capacity` is at most TEXT_ENCODER_BYTES_MAX.
void text_encoder_set_up(struct text_encoder *encoder, const struct vocabulary *vocabulary, size_t capacity,
                         struct arena *arena);

// The most tokens that a text of that many bytes can become, whatever the vocabulary. There are that many
// only where it has tokens for bytes and none for the text.
static inline uint64_t text_encoder_max_tokens(uint64_t bytes) { return 4 * bytes + 8; }

enum text_encoding {
    ENCODE_ENDS = 1, // begin and end of text are put round it, where the model has them so
    ENCODE_CONTROL_TOKENS =
        2, // texts of control tokens become them: for templates, never for what users write
};

// Writes the tokens of a text and returns how many; there is room for text_encoder_max_tokens of it. `length`
// is at most the capacity.
size_t text_encoder_encode(struct text_encoder *encoder, const char *text, size_t length, unsigned how,
                           uint32_t *tokens);

// A run of a text: what a template has there, or what somebody wrote.
struct text_run {
    size_t length;
    bool is_written; // control tokens in it stay the text that they are
};

// The same of a text that both have a part in; words may go on from one run into the next. `goes_on`: it stands
// behind other text, so that SentencePiece does not begin with a space.
size_t text_encoder_encode_runs(struct text_encoder *encoder, const char *text, const struct text_run *runs,
                                size_t run_count, bool has_ends, bool goes_on, uint32_t *tokens);

#endif
