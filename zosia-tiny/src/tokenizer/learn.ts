import { FIXED_PIECES } from './vocabulary.js';
import type { Piece, Vocabulary } from './vocabulary.js';
import { wordsOf } from './words.js';

interface Word {
  parts: string[];
  readonly count: number;
}

/** Every character of ASCII that can be typed; others become bytes. */
const CHARACTERS = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i));

/**
 * Learns a vocabulary by byte-pair encoding (Sennrich et al. 2016): the pair of neighbours that is most
 * frequent in the texts becomes a piece, again and again. Of equally frequent ones the first in code
 * unit order is taken.
 *
 * @param size pieces in all, the fixed ones included
 */
export function learnVocabulary(texts: Iterable<string>, size: number): Vocabulary {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const words = [...counts]
    .filter(([word]) => word.length > 1)
    .map(([word, count]): Word => ({ parts: Array.from(word), count }));
  const pairs = new PairCounts(words);

  const mergeCount = size - FIXED_PIECES.length - CHARACTERS.length;
  const merged: Piece[] = [];
  while (merged.length < mergeCount) {
    const pair = pairs.mostFrequent();
    if (!pair) throw new RangeError(`the texts have only ${merged.length} pieces of ${mergeCount}`);
    pairs.merge(pair);
    merged.push({ text: pair.left + pair.right, score: -merged.length });
  }
  const characters = CHARACTERS.map((text, i) => ({ text, score: -(mergeCount + i) }));
  return { pieces: [...FIXED_PIECES, ...merged, ...characters] };
}

interface Pair {
  readonly left: string;
  readonly right: string;
}

/** How often each pair of neighbours occurs, kept up as pairs are merged. */
class PairCounts {
  readonly #counts = new Map<string, number>();
  readonly #places = new Map<string, Set<Word>>();

  constructor(words: readonly Word[]) {
    for (const word of words) this.#count(word, 1);
  }

  mostFrequent(): Pair | undefined {
    let best: string | undefined;
    let most = 0;
    for (const [key, count] of this.#counts) {
      if (count > most || (count === most && best !== undefined && key < best)) {
        best = key;
        most = count;
      }
    }
    const [left, right] = best?.split('\0') ?? [];
    return left !== undefined && right !== undefined ? { left, right } : undefined;
  }

  merge({ left, right }: Pair): void {
    for (const word of [...(this.#places.get(keyOf(left, right)) ?? [])]) {
      this.#count(word, -1);
      const parts: string[] = [];
      for (const part of word.parts) {
        if (part === right && parts.at(-1) === left) parts[parts.length - 1] = left + right;
        else parts.push(part);
      }
      word.parts = parts;
      this.#count(word, 1);
    }
  }

  #count(word: Word, sign: 1 | -1): void {
    for (let i = 0; i + 1 < word.parts.length; i++) {
      const key = keyOf(word.parts[i]!, word.parts[i + 1]!);
      const count = (this.#counts.get(key) ?? 0) + sign * word.count;
      if (count > 0) this.#counts.set(key, count);
      else this.#counts.delete(key);
      let places = this.#places.get(key);
      if (!places) this.#places.set(key, (places = new Set()));
      if (sign > 0) places.add(word);
      else places.delete(word);
    }
  }
}

const keyOf = (left: string, right: string): string => `${left}\0${right}`;
