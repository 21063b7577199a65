import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEfiModel } from '../../../src/recipes/efi/model.js';
import type { EfiModel } from '../../../src/recipes/efi/model.js';
import type { CheckpointFormat, Llama2Shape } from '../../support/llama2-format.js';
import { writeVocabulary } from '../../support/llama2-tokens.js';
import { randomCheckpoint } from '../../support/random-checkpoint.js';

/** Large enough for a VMDK to refer to it, small enough to be written quickly. */
export const SHAPE: Llama2Shape = {
  dim: 48,
  hiddenDim: 96,
  layerCount: 2,
  headCount: 6,
  kvHeadCount: 2,
  vocabularySize: 300,
  contextLength: 40,
  sharedClassifier: true,
};

/** A tokenizer with that many tokens. */
export function sampleTokenizer(vocabularySize: number): Buffer {
  const texts = Array.from({ length: vocabularySize }, (_, id) => ` token${id}`);
  return writeVocabulary(texts.map((text, id) => ({ text, score: -id })));
}

export interface SampleOptions {
  readonly shape?: Llama2Shape;
  readonly format?: CheckpointFormat;
  readonly seed?: number;
  readonly checkpointName?: string;
  readonly tokenizerName?: string;
}

/** Writes a checkpoint with random weights and a tokenizer; returns their paths. */
export async function writeSampleFiles(
  folder: string,
  options: SampleOptions = {},
): Promise<[checkpoint: string, tokenizer: string]> {
  const { shape = SHAPE, format = { version: 0 }, seed = 1 } = options;
  const { checkpointName = 'tiny.bin', tokenizerName = 'tiny-tokenizer.bin' } = options;
  await mkdir(folder, { recursive: true });
  const paths: [string, string] = [join(folder, checkpointName), join(folder, tokenizerName)];
  await writeFile(paths[0], randomCheckpoint(shape, format, seed));
  await writeFile(paths[1], sampleTokenizer(shape.vocabularySize));
  return paths;
}

/** {@link writeSampleFiles}, opened. */
export async function writeSampleModel(
  folder: string,
  options: SampleOptions = {},
): Promise<EfiModel> {
  return readEfiModel(...(await writeSampleFiles(folder, options)));
}
