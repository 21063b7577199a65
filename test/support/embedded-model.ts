import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedCheckpoint } from '../../src/recipes/embedded-checkpoint.js';
import type { CheckpointPaths } from '../../src/recipes/embedded-checkpoint.js';
import {
  EMBEDDED_MODEL_DIRECTORY,
  EMBEDDED_MODEL_TEMPLATE,
} from '../../src/recipes/embedded-model.js';
import { referenceText } from './llama2-sampling.js';
import type { ReferenceText, SamplingOptions } from './llama2-sampling.js';
import { readVocabulary } from './llama2-tokens.js';
import type { Vocabulary } from './llama2-tokens.js';

/** The built-in model. */
export const EMBEDDED_MODEL = join(EMBEDDED_MODEL_DIRECTORY, 'zosia-tiny.gguf');

/** The same model as a llama2.c checkpoint, and what the reference implementation makes of it. */
export interface EmbeddedReference extends CheckpointPaths {
  readonly vocabulary: Vocabulary;
  /** What it writes: always the likeliest token, at most 256 of them, unless the options say otherwise. */
  tell(options?: Partial<SamplingOptions>): ReferenceText;
  /** Its likeliest answer to a question. */
  answer(question: string): string;
}

/** @param folder where checkpoint and tokenizer are put */
export async function embeddedReference(folder: string): Promise<EmbeddedReference> {
  const { checkpoint, tokenizer } = await embeddedCheckpoint(folder);
  const weights = await readFile(checkpoint);
  const vocabulary = readVocabulary(await readFile(tokenizer));
  const greedy: SamplingOptions = { steps: 256, temperature: 0, topP: 0.9, seed: 1 };
  const tell: EmbeddedReference['tell'] = (options) =>
    referenceText(weights, vocabulary, { ...greedy, ...options });
  const answer = (question: string): string => {
    const prompt = EMBEDDED_MODEL_TEMPLATE.replace('{prompt}', question);
    return tell({ prompt }).text.toString().slice(prompt.length).trim();
  };
  return { checkpoint, tokenizer, vocabulary, tell, answer };
}
