import { referenceModel, softmax } from './llama2-reference.js';
import { decodeToken, encodeText } from './llama2-tokens.js';
import type { Vocabulary } from './llama2-tokens.js';

export interface SamplingOptions {
  readonly prompt?: string;
  /** Positions to run, those of the prompt included. */
  readonly steps: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
}

export interface ReferenceText {
  readonly promptTokens: readonly number[];
  /** What follows each position: the prompt's own tokens first. */
  readonly tokens: readonly number[];
  readonly largestLogits: readonly number[];
  readonly text: Buffer;
}

const BEGIN = 1;
const END = 2;

/** What llama2.c's run does with a checkpoint and a prompt; see `referenceModel`. */
export function referenceText(
  checkpoint: Uint8Array,
  vocabulary: Vocabulary,
  options: SamplingOptions,
): ReferenceText {
  const forward = referenceModel(checkpoint);
  const random = xorshiftStar(BigInt(options.seed));
  const promptTokens = encodeText(vocabulary, options.prompt ?? '');
  const tokens: number[] = [];
  const largestLogits: number[] = [];
  const pieces: Buffer[] = [];
  for (let position = 0, token = BEGIN; position < options.steps; position++) {
    const logits = Array.from(forward(token));
    largestLogits.push(logits.reduce((a, b) => Math.max(a, b)));
    const next = promptTokens[position + 1] ?? choose(logits, options, random);
    tokens.push(next);
    if (next === BEGIN || next === END) break;
    pieces.push(decodeToken(vocabulary, token, next));
    token = next;
  }
  return { promptTokens, tokens, largestLogits, text: Buffer.concat(pieces) };
}

/** xorshift64* (Marsaglia, Vigna): numbers from 0 up to 1, of 24 bits. */
function xorshiftStar(seed: bigint): () => number {
  let state = seed;
  return () => {
    state ^= state >> 12n;
    state = BigInt.asUintN(64, state ^ (state << 25n));
    state ^= state >> 27n;
    return Number(BigInt.asUintN(64, state * 0x2545f4914f6cdd1dn) >> 40n) / 2 ** 24;
  };
}

function choose(logits: number[], options: SamplingOptions, random: () => number): number {
  const { temperature, topP } = options;
  if (temperature === 0) return logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));
  const probabilities = softmax(logits.map((logit) => logit / temperature));
  let candidates = probabilities.map((probability, token) => ({ probability, token }));
  let total = 1;
  if (topP > 0 && topP < 1) {
    candidates.sort((a, b) => b.probability - a.probability || a.token - b.token);
    total = 0;
    const last = candidates.findIndex(({ probability }) => (total += probability) > topP);
    candidates = candidates.slice(0, last + 1);
  }
  const target = random() * total;
  let passed = 0;
  const chosen = candidates.find(({ probability }) => target < (passed += probability));
  return (chosen ?? candidates.at(-1)!).token;
}
