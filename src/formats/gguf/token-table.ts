import { GgufArray } from './reader.js';
import type { GgufHeader } from './reader.js';

/** The tokens that a model reads and writes (GGUF specification, "Tokenizer"). */
export interface Vocabulary {
  /** The kind of tokenizer, as "llama" or "gpt2"; undefined for a model that does not say. */
  readonly model: string | undefined;
  /** The tokens' texts, by number; undefined for a model that has none. */
  readonly tokens: GgufArray | undefined;
  /** Whether a text begins with a token of its own; undefined where that is left to llama.cpp. */
  readonly addsBos: boolean | undefined;
  /** The token that a text begins with; undefined where it is left to llama.cpp. */
  readonly bos: number | undefined;
  readonly addsEos: boolean | undefined;
  /** The token that a text ends with. */
  readonly eos: number | undefined;
}

export function vocabularyOf({ metadata }: Pick<GgufHeader, 'metadata'>): Vocabulary {
  const value = (key: string): unknown => metadata.get(`tokenizer.ggml.${key}`);
  const number = (key: string): number | undefined => {
    const found = value(key);
    return typeof found === 'number' ? found : undefined;
  };
  const truth = (key: string): boolean | undefined => {
    const found = value(key);
    return typeof found === 'boolean' ? found : undefined;
  };
  const model = value('model');
  const tokens = value('tokens');
  return {
    model: typeof model === 'string' ? model : undefined,
    tokens:
      tokens instanceof GgufArray && tokens.elementType === 'string' && tokens.length > 0
        ? tokens
        : undefined,
    addsBos: truth('add_bos_token'),
    bos: number('bos_token_id'),
    addsEos: truth('add_eos_token'),
    eos: number('eos_token_id'),
  };
}
