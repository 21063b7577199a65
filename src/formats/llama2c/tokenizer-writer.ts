import { Buffer } from 'buffer';
import { bytesData } from '../../image/file-data.js';
import type { Image } from '../../image/image.js';
import { TOKENIZER_ENTRY, TOKENIZER_ENTRY_BYTES, TOKENIZER_HEADER_BYTES } from './layout.js';
import type { Tokenizer } from './tokenizer.js';

/** Plans a tokenizer.bin (llama2.c, tokenizer.py, export). */
export function planTokenizer({ maxTokenLength, tokens }: Tokenizer): Image {
  const header = Buffer.alloc(TOKENIZER_HEADER_BYTES);
  header.writeInt32LE(maxTokenLength);
  const entries = tokens.flatMap(({ bytes, score }) => {
    const entry = Buffer.alloc(TOKENIZER_ENTRY_BYTES);
    entry.writeFloatLE(score, TOKENIZER_ENTRY.score.offset);
    entry.writeInt32LE(bytes.length, TOKENIZER_ENTRY.lengthBytes.offset);
    return [entry, bytes];
  });
  return bytesData(Buffer.concat([header, ...entries]));
}
