import { basename, dirname, join } from 'node:path';
import type { LlamaPrograms } from '../llama-programs.js';

/** What llama-quantize calls a type, where that is another name: there it is one of a mixture. */
const QUANTIZE_NAMES: Readonly<Record<string, string>> = { MXFP4: 'MXFP4_MOE' };

/** The types that a machine without an operating system runs. */
export const ENGINE_TYPES = [
  ...['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1'],
  ...['Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K', 'IQ4_NL', 'MXFP4'],
] as const;

/**
 * Quantises a model by llama-quantize: every matrix gets the type, but for those whose rows are no whole
 * number of its blocks, which get the nearest that fits. Norms and biases stay F32.
 *
 * @param type of ggml, as `Q4_K`
 * @returns the path of the new model, beside the old one
 */
export async function quantise(
  programs: LlamaPrograms,
  model: string,
  type: string,
): Promise<string> {
  const path = join(dirname(model), `${basename(model, '.gguf')}-${type}.gguf`);
  const name = QUANTIZE_NAMES[type] ?? type;
  const args = ['--pure', '--allow-requantize', model, path, name, '1'];
  const { exitCode, stdout, stderr } = await programs.start('llama-quantize', args);
  if (exitCode !== 0) {
    throw new Error(`llama-quantize to ${type}: ${Buffer.concat([stdout, stderr]).toString()}`);
  }
  return path;
}
