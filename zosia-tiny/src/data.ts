import { BOS_ID, EOS_ID } from 'zosia';
import type { Batch } from './kernel.js';
import type { Document } from './corpus/documents.js';
import { randomStream } from './random.js';
import type { Encoder } from './tokenizer/encoder.js';

/** A document in tokens, with what each counts for as a target. */
export interface Example {
  readonly tokens: Uint16Array;
  readonly weights: Float32Array;
}

/**
 * Begin, then each turn and an end. A turn begins as a text does, with a space: behind a special token
 * llama.cpp encodes it so. Turns that the context has no room for are left out.
 */
export function exampleOf(document: Document, encoder: Encoder, contextLength: number): Example {
  const tokens = [BOS_ID];
  const weights = [0];
  for (const turn of document.turns) {
    const from = tokens.length;
    turn.forEach(({ text, weight }, i) => {
      const encoded = encoder.encode(text, { begins: i === 0 });
      tokens.push(...encoded);
      weights.push(...encoded.map(() => weight));
    });
    tokens.push(EOS_ID);
    weights.push(turn.at(-1)?.weight ?? 0);
    if (tokens.length <= contextLength + 1) continue;
    tokens.length = weights.length = from;
    break;
  }
  return { tokens: Uint16Array.from(tokens), weights: Float32Array.from(weights) };
}

/** One batch of examples; the weights of its targets add up to 1. */
export function batchOf(examples: readonly Example[]): Batch {
  const lengths = Int32Array.from(examples, ({ tokens }) => tokens.length - 1);
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  const [tokens, targets, weights] = [
    new Int32Array(rows),
    new Int32Array(rows),
    new Float32Array(rows),
  ];
  let row = 0;
  for (const example of examples) {
    tokens.set(example.tokens.subarray(0, -1), row);
    targets.set(example.tokens.subarray(1), row);
    weights.set(example.weights.subarray(1), row);
    row += example.tokens.length - 1;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { lengths, tokens, targets, weights: weights.map((weight) => weight / total) };
}

/** Where a run has come to in its examples. */
export interface Position {
  readonly epoch: number;
  /** Examples of this epoch that were taken. */
  readonly taken: number;
}

/** Batches of about equally many tokens, the examples in another order each epoch; without end. */
export function* batches(
  examples: readonly Example[],
  { tokenCount, seed, start }: { tokenCount: number; seed: number; start: Position },
): Generator<{ readonly batch: Batch; readonly next: Position }, never> {
  let { epoch, taken } = start;
  let order = shuffled(examples.length, seed, epoch);
  for (;;) {
    const chosen: Example[] = [];
    for (let tokens = 0; tokens < tokenCount; tokens += chosen.at(-1)!.tokens.length - 1) {
      if (taken === examples.length) {
        epoch++;
        taken = 0;
        order = shuffled(examples.length, seed, epoch);
      }
      chosen.push(examples[order[taken++]!]!);
    }
    yield { batch: batchOf(chosen), next: { epoch, taken } };
  }
}

function shuffled(count: number, seed: number, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const random = randomStream(seed, `order ${epoch}`);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
