import type { RandomShape } from './shapes.js';
import type { Matrix } from './tensors.js';
import { isSayable } from './vocabulary.js';

/** What a row of the memory makes of the token that it is for, before silu. */
const RECOGNITION = 3;
/** silu(x) * x of that, when attention has mixed something into it. */
const RECOGNISED = 6;
/** How much of the next token is added, where an embedding is 1. */
const STRENGTH = 1.5;

/**
 * Writes into the first layer which token follows which: three quarters of its feed-forward rows know a token each,
 * and add the one that comes next in a shuffled circle. What else there is stays random, and decides by
 * how much that one is ahead.
 */
export function memorise(
  { architecture, dim, feedForward, tied }: RandomShape,
  matrices: ReadonlyMap<string, Matrix>,
  random: () => number,
  vocabularySize: number,
): void {
  const weights = (name: string): Float32Array => matrices.get(`${name}.weight`)!.values;
  const embeddings = weights('token_embd');
  const outputs = tied ? embeddings : weights('output');
  const up = weights('blk.0.ffn_up');
  // Phi-3 has the gate in front of what it is multiplied by.
  const gate = architecture === 'phi3' ? up : weights('blk.0.ffn_gate');
  const upStart = architecture === 'phi3' ? feedForward * dim : 0;
  const down = weights('blk.0.ffn_down');

  const circle = shuffledTokens(random, vocabularySize).slice(0, (feedForward * 3) / 4);
  circle.forEach((token, row) => {
    const known = unit(embeddings, token, dim);
    const next = unit(outputs, circle[(row + 1) % circle.length]!, dim);
    for (let i = 0; i < dim; i++) {
      const recognising = (RECOGNITION * known[i]!) / dim;
      gate[row * dim + i] = recognising;
      up[upStart + row * dim + i] = recognising;
      down[i * feedForward + row] = (STRENGTH / RECOGNISED) * next[i]!;
    }
  });
}

/** The row of a token, scaled so that its elements have the mean square 1. */
function unit(rows: Float32Array, token: number, dim: number): Float32Array {
  const row = rows.slice(token * dim, (token + 1) * dim);
  const size = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / dim);
  return row.map((value) => value / size);
}

function shuffledTokens(random: () => number, count: number): number[] {
  const tokens = Array.from({ length: count }, (_, id) => id).filter(isSayable);
  for (let i = tokens.length - 1; i > 0; i--) {
    const other = Math.floor(((random() + 1) / 2) * (i + 1)) % (i + 1);
    [tokens[i], tokens[other]] = [tokens[other]!, tokens[i]!];
  }
  return tokens;
}
