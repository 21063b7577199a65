import { join } from 'node:path';
import { zosia } from './cli.js';
import { weights } from './weight-files.js';

/** Converts the real weights into a folder, the way a user does; gives the GGUF's path. */
export async function convertStoryModel(
  folder: string,
  ...options: readonly string[]
): Promise<string> {
  const out = join(folder, 'stories260K.gguf');
  const { exitCode, stdout, stderr } = await zosia([
    ...['model', 'convert', weights('stories260K.bin')],
    ...['--tokenizer', weights('tok512.bin'), '--out', out],
    ...options,
  ]);
  // Benchmarks call this, too, where no test can fail.
  if (exitCode !== 0 || stdout !== '') throw new Error(`not converted: ${stdout}${stderr}`);
  return out;
}
