import { basename, join } from 'node:path';
import type { CheckpointPaths } from '../../src/recipes/embedded-checkpoint.js';
import { zosia } from './cli.js';

/**
 * Converts a checkpoint into a folder, the way a user does; gives the GGUF's path. Without a chat template
 * among the options it is a model that continues a text, and so does not answer.
 */
export async function convertCheckpoint(
  folder: string,
  { checkpoint, tokenizer }: CheckpointPaths,
  ...options: readonly string[]
): Promise<string> {
  const out = join(folder, `${basename(checkpoint, '.bin')}.gguf`);
  const { exitCode, stdout, stderr } = await zosia([
    ...['model', 'convert', checkpoint, '--tokenizer', tokenizer, '--out', out],
    ...options,
  ]);
  // Benchmarks call this, too, where no test can fail.
  if (exitCode !== 0 || stdout !== '') throw new Error(`not converted: ${stdout}${stderr}`);
  return out;
}
