import { ZosiaError } from '../../errors.js';
import { BARE_METAL } from '../../formats/gguf/bare-metal.js';
import { GgufArray } from '../../formats/gguf/values.js';
import type { GgufHeader } from '../../formats/gguf/reader.js';
import { vocabularyOf } from '../../formats/gguf/token-table.js';
import type { ChatTemplateSource } from './take-apart.js';

/** llama.h, enum llama_token_type: what controls a model, and what its makers added. */
const SPECIAL_TYPES: readonly unknown[] = [3, 4];

/** No token that ends an answer is longer. */
const MAX_SPECIAL_TOKENS = 4096;

/** Vocabularies of pieces have these where they do not say so; llama.cpp takes the same. */
const USUAL_OF_PIECES = { bos: 1, eos: 2 };

/** Pre-tokenizers of byte pairs that begin a text with a token where the model does not say. */
const BEGINNING: readonly string[] = BARE_METAL.preTokenizers
  .filter(([first]) => BARE_METAL.beginningPreTokenizers.some((name) => name === first))
  .flat();

/**
 * What a GGUF says of its chat template.
 *
 * @returns undefined for a model that has none
 * @throws ZosiaError `ZOSIA_TEMPLATE_NOT_PIECES` for one without a vocabulary
 */
export function templateOfGguf(
  header: Pick<GgufHeader, 'metadata'>,
  chosen?: string,
): ChatTemplateSource | undefined {
  const own = header.metadata.get('tokenizer.chat_template');
  const template = chosen ?? (typeof own === 'string' ? own : undefined);
  if (template === undefined || template.trim() === '') return undefined;
  const { model, tokens, bos, eos, addsBos } = vocabularyOf(header);
  if (!tokens) {
    throw new ZosiaError('ZOSIA_TEMPLATE_NOT_PIECES', 'the model has no vocabulary to chat by', {
      hint: 'Take a model that has its tokenizer in it.',
    });
  }
  const usual = model === 'llama' ? USUAL_OF_PIECES : undefined;
  const text = (id: number | undefined): string =>
    id === undefined || id >= tokens.length ? '' : tokens.stringBytes(id).toString('utf8');
  const preTokenizer = header.metadata.get('tokenizer.ggml.pre');
  const isUsual = model === 'llama' || BEGINNING.some((name) => name === preTokenizer);
  return {
    template,
    bosToken: text(bos ?? usual?.bos),
    eosToken: text(eos ?? usual?.eos),
    addsBos: addsBos ?? isUsual,
    specialTokens: specialIds(header, tokens.length).map(text),
  };
}

function specialIds({ metadata }: Pick<GgufHeader, 'metadata'>, count: number): number[] {
  const types = metadata.get('tokenizer.ggml.token_type');
  if (!(types instanceof GgufArray)) return [];
  const ids: number[] = [];
  for (let id = 0; id < Math.min(count, types.length); id++) {
    if (ids.length === MAX_SPECIAL_TOKENS) break;
    if (SPECIAL_TYPES.includes(types.at(id))) ids.push(id);
  }
  return ids;
}
