import type { ModelInfo } from '../../formats/gguf/model-info.js';
import { withoutGenerationPrompt } from '../../recipes/chat-template.js';

/** Tokenizers of SentencePiece put a space before a text that begins with a word. */
const SENTENCE_PIECE = 'llama';

/**
 * The template that llama-server is given in the place of a model's own; undefined: its own. For an answer of a schema
 * llama.cpp first checks the text that a template adds before answers against the grammar, as tokens that it makes of
 * that text alone: with a space before it where the tokenizer is SentencePiece's, which the grammar refuses ("Failed to
 * initialize samplers"). A template of which it finds no such text makes the same prompts. Of models that reason it
 * has to find that text: it tells whether they have begun to.
 */
export function servedTemplate({
  tokenizer,
  chatTemplate,
}: Pick<ModelInfo, 'tokenizer' | 'chatTemplate'>): string | undefined {
  const isAtFault =
    tokenizer === SENTENCE_PIECE &&
    chatTemplate !== undefined &&
    !/think|reason/i.test(chatTemplate);
  return isAtFault ? withoutGenerationPrompt(chatTemplate) : undefined;
}
