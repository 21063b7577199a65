import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { CLI } from './cli.js';

const MODELS =
  process.env.ZOSIA_TEST_MODELS ?? fileURLToPath(new URL('../../shared/models', import.meta.url));

/** A file among the real weights. */
export const weights = (name: string): string => join(MODELS, name);

/** Writes stories260K as a GGUF into a folder, and gives its path. */
export async function convertStoryModel(folder: string): Promise<string> {
  const gguf = join(folder, 'stories260K.gguf');
  const pair = [weights('stories260K.bin'), '--tokenizer', weights('tok512.bin')];
  await execa(process.execPath, [CLI, 'model', 'convert', ...pair, '--out', gguf]);
  return gguf;
}
