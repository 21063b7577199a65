import { join } from 'node:path';
import { expect } from 'vitest';
import { zosia } from './cli.js';
import { weights } from './weights.js';

/** Converts the real weights into a folder, the way a user does; gives the GGUF's path. */
export async function convertStoryModel(
  folder: string,
  ...options: readonly string[]
): Promise<string> {
  const out = join(folder, 'stories260K.gguf');
  const converted = await zosia([
    ...['model', 'convert', weights('stories260K.bin')],
    ...['--tokenizer', weights('tok512.bin'), '--out', out],
    ...options,
  ]);
  expect(converted).toMatchObject({ exitCode: 0, stdout: '' });
  return out;
}
