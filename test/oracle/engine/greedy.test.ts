import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { Contest, driftBelow } from './contest.js';

/** One of each architecture, and of each kind of types; greedy-all.test.ts has the others. */
const CASES = [
  ['llama-9-heads', 'Q8_0'],
  ['llama-large-llama3', 'Q4_K'],
  ['qwen2-small', 'F16'],
  ['qwen3-small', 'Q5_1'],
  ['phi3-large-long', 'Q6_K'],
  ['gemma3-small', 'F32'],
] as const;

describe('the engine goes on as llama.cpp does', () => {
  const folder = temporaryFolder();
  let contest: Contest;
  beforeAll(async () => {
    contest = await Contest.prepare(folder.path);
  });

  it.each(CASES)('for 100 tokens by the random %s in %s', async (name, type) => {
    const { wrong, drift, told } = await contest.random(name, type);
    expect(wrong).toEqual([]);
    expect(told).toBeGreaterThan(50);
    expect(drift).toBeLessThan(driftBelow(type));
  });

  it('for 100 tokens by the built-in model', async () => {
    expect((await contest.builtIn('Q8_0')).wrong).toEqual([]);
  });
});
