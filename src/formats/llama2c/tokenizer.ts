import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import type { RandomAccess } from '../../image/random-access.js';
import { TOKENIZER_ENTRY, TOKENIZER_ENTRY_BYTES, TOKENIZER_HEADER_BYTES } from './layout.js';

export interface Token {
  /** The text of the token in UTF-8, with plain spaces. */
  readonly bytes: Uint8Array;
  /** Pieces with the highest score are merged first. */
  readonly score: number;
}

export interface Tokenizer {
  /** Length of the longest token in bytes. */
  readonly maxTokenLength: number;
  /** By token id. */
  readonly tokens: readonly Token[];
}

/** A tokenizer of 256,000 tokens has about 4 MB. */
const MAX_TOKENIZER_BYTES = 64 << 20;

/**
 * Reads a llama2.c tokenizer (tokenizer.py, export). The file does not say how many tokens it has, so
 * all of it is read and the tokens are counted. `name` stands for the file in messages.
 *
 * @throws ZosiaError `ZOSIA_TOKENIZER_CORRUPT`; `ZOSIA_TOKENIZER_MISMATCH`, with both figures, for the
 * tokenizer of a model with another vocabulary
 */
export async function readTokenizer(
  source: RandomAccess,
  vocabularySize: number,
  name = 'the tokenizer',
): Promise<Tokenizer> {
  const { sizeBytes } = source;
  if (sizeBytes > MAX_TOKENIZER_BYTES) throw corrupt(name, `it has ${sizeBytes} bytes`);
  if (sizeBytes < TOKENIZER_HEADER_BYTES) throw corrupt(name, 'it ends in its header');
  const bytes = Buffer.from(await source.read(0, sizeBytes));
  const maxTokenLength = bytes.readInt32LE(0);

  const tokens: Token[] = [];
  for (let position = TOKENIZER_HEADER_BYTES; position < sizeBytes;) {
    if (position + TOKENIZER_ENTRY_BYTES > sizeBytes) {
      throw corrupt(name, `it ends inside token ${tokens.length}`);
    }
    const score = bytes.readFloatLE(position + TOKENIZER_ENTRY.score.offset);
    const length = bytes.readInt32LE(position + TOKENIZER_ENTRY.lengthBytes.offset);
    position += TOKENIZER_ENTRY_BYTES;
    if (length < 0 || length > maxTokenLength || position + length > sizeBytes) {
      throw corrupt(name, `token ${tokens.length} claims a length of ${length} bytes`);
    }
    tokens.push({ bytes: bytes.subarray(position, position + length), score });
    position += length;
  }

  if (tokens.length !== vocabularySize) {
    throw new ZosiaError(
      'ZOSIA_TOKENIZER_MISMATCH',
      `${name} has ${tokens.length} tokens; the model's vocabulary has ${vocabularySize}`,
      {
        hint: [
          wording`Name the tokenizer that was published with this checkpoint (${option('tokenizer')}).`,
          'Use the tokenizer that was published with this checkpoint.',
        ],
      },
    );
  }
  return { maxTokenLength, tokens };
}

function corrupt(name: string, what: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_TOKENIZER_CORRUPT',
    `${name} is not a llama2.c tokenizer, or damaged: ${what}`,
    { hint: 'Name a tokenizer as llama2.c writes it (tokenizer.bin), or download it again.' },
  );
}
