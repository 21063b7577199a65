import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';

interface Chain {
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly penalty?: number;
  readonly seed?: number;
  readonly draws?: number;
  readonly recent?: readonly number[];
}

/** The logits whose softmax are these. */
const logitsOf = (...probabilities: number[]): number[] => probabilities.map(Math.log);

const unique = (tokens: readonly number[]): number[] => [...new Set(tokens)].sort((a, b) => a - b);

describe('the next token', () => {
  const folder = temporaryFolder();
  let program = '';
  beforeAll(async () => {
    const folders = ['sampling', 'base'];
    program = await buildEngineProgram(folder.path, { source: 'sampling/choose.c', folders });
  });

  /** What is drawn; by itself the chain leaves everything as it is. */
  const choose = async (logits: readonly (number | string)[], chain: Chain = {}) => {
    const { temperature = 1, topK = 0, topP = 1, minP = 0, penalty = 1 } = chain;
    const { seed = 42, draws = 1000, recent = [] } = chain;
    const numbers = [temperature, topK, topP, minP, penalty, seed, draws].map(String);
    const { stdout } = await execa(program, [...numbers, logits.join(','), recent.join(',')]);
    return stdout.trim().split(' ').map(Number);
  };

  it('is the likeliest, the first of equals, at temperature 0', async () => {
    expect(unique(await choose([1, 3, 2], { temperature: 0 }))).toEqual([1]);
    expect(unique(await choose([1, 3, 3], { temperature: 0 }))).toEqual([1]);
    expect(unique(await choose([-5, -3, -4], { temperature: 0, topK: 1, topP: 0.1 }))).toEqual([1]);
  });

  it('comes as often as its probability says', async () => {
    const probabilities = [0.4, 0.3, 0.2, 0.06, 0.04];
    for (const [temperature, weights] of [
      [1, probabilities],
      [0.5, probabilities.map((each) => each ** 2)],
      [2, probabilities.map(Math.sqrt)],
    ] as const) {
      const tokens = await choose(logitsOf(...probabilities), { temperature, draws: 10_000 });
      const all = weights.reduce((sum, each) => sum + each, 0);
      for (const [token, weight] of weights.entries()) {
        const expected = weight / all;
        const found = tokens.filter((each) => each === token).length / 10_000;
        // Five standard deviations of so many draws.
        const off = 5 * Math.sqrt((expected * (1 - expected)) / 10_000);
        expect(Math.abs(found - expected), `${token} at ${temperature}`).toBeLessThan(off);
      }
    }
  });

  it('is the same for the same seed, and another for another', async () => {
    const logits = Array.from({ length: 50 }, (_, index) => Math.sin(index));
    const first = await choose(logits, { seed: 7 });
    expect(await choose(logits, { seed: 7 })).toEqual(first);
    expect(await choose(logits, { seed: 8 })).not.toEqual(first);
  });

  it('is one of the top_k likeliest; of equals, of those with the lower numbers', async () => {
    const logits = [1, 5, 2, 4, 3];
    expect(unique(await choose(logits, { topK: 1 }))).toEqual([1]);
    expect(unique(await choose(logits, { topK: 3, temperature: 5 }))).toEqual([1, 3, 4]);
    expect(unique(await choose(logits, { topK: 9, temperature: 5 }))).toEqual([0, 1, 2, 3, 4]);
    expect(unique(await choose([1, 1, 1, 1], { topK: 2 }))).toEqual([0, 1]);
  });

  it('is one of the likeliest that reach top_p together, with the one that reaches it', async () => {
    const logits = logitsOf(0.2, 0.5, 0.05, 0.25);
    const kept = async (topP: number): Promise<number[]> =>
      unique(await choose(logits, { topP, temperature: 3 }));
    expect(await kept(0.1)).toEqual([1]);
    expect(await kept(0.49)).toEqual([1]);
    expect(await kept(0.51)).toEqual([1, 3]);
    expect(await kept(0.74)).toEqual([1, 3]);
    expect(await kept(0.76)).toEqual([0, 1, 3]);
    expect(await kept(0.96)).toEqual([0, 1, 2, 3]);
    expect(await kept(1)).toEqual([0, 1, 2, 3]);
    expect(await kept(0)).toEqual([1]);
    // What equals it reaches it: these sums are exact.
    const four = [0, 0, 0, 0];
    expect(unique(await choose(four, { topP: 0.5 }))).toEqual([0, 1]);
  });

  it('counts top_p among what top_k has kept, as llama.cpp does', async () => {
    const logits = logitsOf(0.4, 0.3, 0.2, 0.1);
    // Of the two first, which are 4/7 and 3/7.
    const both = { temperature: 3, topK: 2 };
    expect(unique(await choose(logits, { ...both, topP: 0.55 }))).toEqual([0]);
    expect(unique(await choose(logits, { ...both, topP: 0.6 }))).toEqual([0, 1]);
  });

  it('is at least min_p times as likely as the likeliest, whatever the temperature', async () => {
    const logits = logitsOf(0.1, 0.6, 0.28, 0.02);
    const kept = async (minP: number): Promise<number[]> =>
      unique(await choose(logits, { minP, temperature: 4 }));
    expect(await kept(0.5)).toEqual([1]);
    expect(await kept(0.4)).toEqual([1, 2]);
    expect(await kept(0.1)).toEqual([0, 1, 2]);
    expect(await kept(0.01)).toEqual([0, 1, 2, 3]);
    expect(await kept(1)).toEqual([1]);
    expect(await kept(2)).toEqual([1]);
    expect(unique(await choose([0, 0, 0], { minP: 1 }))).toEqual([0, 1, 2]);
  });

  it('is penalised once if it has been there, however often, above and below zero', async () => {
    const greedy = async (logits: readonly number[], recent: readonly number[]): Promise<number> =>
      (await choose(logits, { temperature: 0, penalty: 2, recent, draws: 1 }))[0]!;
    expect(await greedy([4, 3], [])).toBe(0);
    expect(await greedy([4, 3], [0])).toBe(1);
    expect(await greedy([4, 1.5], [0, 0, 0])).toBe(0);
    expect(await greedy([4, 3], [0, 1, 0])).toBe(0);
    expect(await greedy([-2, -3], [0])).toBe(1);
    expect(await greedy([-2, -5], [0, 0])).toBe(0);
    expect(await greedy([4, 3], [2, 99, 4_294_967_295])).toBe(0);
    const [same] = await choose([4, 3], { temperature: 0, recent: [0], draws: 1 });
    expect(same).toBe(0);
  });

  it('is none whose logit is no number while there are others', async () => {
    expect(unique(await choose(['nan', 1, 'nan', 1.5, 'nan']))).toEqual([1, 3]);
    expect(unique(await choose(['nan', 1, 2, 'nan'], { temperature: 0 }))).toEqual([2]);
    const [any] = await choose(['nan', 'nan', 'nan'], { draws: 1 });
    expect(any).toBeLessThan(3);
  });

  it('is the infinite one, or none that is infinitely unlikely', async () => {
    const chains: readonly Chain[] = [
      {},
      { topK: 2 },
      { topP: 0.9 },
      { minP: 0.1 },
      { topK: 3, topP: 0.5 },
    ];
    for (const chain of chains) {
      expect(unique(await choose([1, 'inf', 2, 3], chain))).toEqual([1]);
      expect(unique(await choose(['-inf', 1, '-inf', '-inf'], chain))).toEqual([1]);
      expect(unique(await choose(['-inf', '-inf', '-inf'], chain))).toEqual([0]);
    }
  });

  it('is one of all if they are equal, and the only one if there is one', async () => {
    expect(unique(await choose(Array<number>(20).fill(-7)))).toEqual([...Array(20).keys()]);
    expect(unique(await choose([3], { topP: 0.9, topK: 40, minP: 0.05 }))).toEqual([0]);
  });

  it('is the likeliest where temperature nears 0 or logits lie far apart', async () => {
    expect(unique(await choose([1, 2, 3], { temperature: 1e-30 }))).toEqual([2]);
    expect(unique(await choose([1e38, -1e38, 9e37], { temperature: 0.5 }))).toEqual([0]);
  });
});
