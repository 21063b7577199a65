import { join } from 'node:path';
import { execa } from 'execa';
import { weights } from '../test/support/weight-files.js';
import { CLI } from './cli.js';

/** Writes stories260K as a GGUF into a folder, and gives its path. */
export async function convertStoryModel(folder: string): Promise<string> {
  const gguf = join(folder, 'stories260K.gguf');
  const pair = [weights('stories260K.bin'), '--tokenizer', weights('tok512.bin')];
  await execa(process.execPath, [CLI, 'model', 'convert', ...pair, '--out', gguf]);
  return gguf;
}
