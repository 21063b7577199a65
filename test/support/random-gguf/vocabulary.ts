import { GgufArray, readGguf } from '../../../src/formats/gguf/reader.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { accessFile } from '../../../src/host/access-file.js';
import { EMBEDDED_MODEL } from '../embedded-model.js';

/** The first tokens of the built-in model's: the special ones, every byte, and the likeliest pieces. */
export const RANDOM_VOCABULARY_SIZE = 512;

const SPECIAL_TOKENS = 3;
const ASCII_END = SPECIAL_TOKENS + 0x80;
const BYTES_END = SPECIAL_TOKENS + 0x100;

/**
 * Whether a model of random weights may say the token: none that ends a text, and none that is half a
 * character, of which llama-server does not tell the logits.
 */
export const isSayable = (id: number): boolean =>
  (id >= SPECIAL_TOKENS && id < ASCII_END) || id >= BYTES_END;

/** The keys that a tokenizer is made of. */
export async function vocabularyMetadata(): Promise<Record<string, TypedValue>> {
  const file = await accessFile(EMBEDDED_MODEL);
  const { metadata, types } = await readGguf(file).finally(() => file.close());
  const entries = [...metadata].filter(([key]) => key.startsWith('tokenizer.ggml.'));
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (!(value instanceof GgufArray))
        return [key, { type: types.get(key), value } as TypedValue];
      const first = [...value].slice(0, RANDOM_VOCABULARY_SIZE);
      return [key, { type: 'array', of: value.elementType, value: first } as TypedValue];
    }),
  );
}
