import { RANDOM_VOCABULARY_SIZE, isSayable } from './vocabulary.js';

const BEGINNING = 1;
const STEP = 37;

/** The start of a text, and then so many tokens of all kinds that are pieces of text. */
export function randomPrompt(length: number): number[] {
  const ids = Array.from({ length: RANDOM_VOCABULARY_SIZE }, (_, id) => id).filter(isSayable);
  const chosen = Array.from({ length: length - 1 }, (_, i) => ids[(i * STEP) % ids.length]!);
  return [BEGINNING, ...chosen];
}
