import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignLayers } from '../../../src/workers/plan/assign-layers.js';

const shares = fc
  .array(fc.integer({ min: 0, max: 1 << 24 }), { minLength: 1, maxLength: 15 })
  .filter((all) => all.some((share) => share > 0));
const blocks = fc.integer({ min: 0, max: 512 });

describe('assignLayers', () => {
  it.each([
    // 5 layers in all, 3:1: before the last lie 0.8 of them, more than 0.75.
    { blockCount: 4, split: [3, 1], holders: [0, 0, 0, 0, 1] },
    { blockCount: 3, split: [1, 1], holders: [0, 0, 1, 1] },
    // What begins where a share ends is the next one's.
    { blockCount: 1, split: [1, 1], holders: [0, 1] },
    { blockCount: 2, split: [1, 1], holders: [0, 0, 1] },
    { blockCount: 3, split: [0, 1], holders: [1, 1, 1, 1] },
    { blockCount: 3, split: [1, 0, 1], holders: [0, 0, 2, 2] },
    { blockCount: 3, split: [1, 0], holders: [0, 0, 0, 0] },
    // Too small a share gets nothing.
    { blockCount: 3, split: [99, 1], holders: [0, 0, 0, 0] },
    { blockCount: 3, split: [1, 99], holders: [0, 1, 1, 1] },
  ])('splits $blockCount blocks and the output by $split', ({ blockCount, split, holders }) => {
    expect(assignLayers(blockCount, split, blockCount + 1)).toEqual(holders);
  });

  /**
   * What llama-completion of Debian's llama.cpp 0.7.0 said with -v, of the built-in model and of up to three
   * ggml-rpc-servers: "layer N assigned to device RPC1". Here h is the head, and a digit a worker.
   */
  it.each([
    { split: [3, 1], offloaded: 7, said: '0000001' },
    { split: [1, 1], offloaded: 7, said: '0000111' },
    { split: [1, 1, 1], offloaded: 7, said: '0001122' },
    { split: [0, 1], offloaded: 7, said: '1111111' },
    { split: [1, 0, 1], offloaded: 7, said: '0000222' },
    { split: [99, 1], offloaded: 7, said: '0000000' },
    { split: [1, 99], offloaded: 7, said: '0111111' },
    { split: [0.1, 0.6, 0.3], offloaded: 7, said: '0111122' },
    { split: [0.7, 0.1, 0.6], offloaded: 7, said: '0000222' },
    { split: [2, 5], offloaded: 7, said: '0011111' },
    { split: [4, 3], offloaded: 7, said: '0000111' },
    { split: [3, 4], offloaded: 7, said: '0001111' },
    { split: [0.3, 0.4], offloaded: 7, said: '0001111' },
    { split: [1, 2, 4], offloaded: 7, said: '0112222' },
    { split: [15872, 7680], offloaded: 7, said: '0000011' },
    { split: [1, 1], offloaded: 5, said: 'hh00011' },
    { split: [3, 1], offloaded: 4, said: 'hhh0001' },
    { split: [1, 1, 1], offloaded: 3, said: 'hhhh012' },
    { split: [5, 2], offloaded: 1, said: 'hhhhhh0' },
  ])('splits $offloaded of 7 layers by $split as llama.cpp did', ({ split, offloaded, said }) => {
    const holders = assignLayers(6, split, offloaded);
    expect(holders.map((holder) => (holder === 'head' ? 'h' : holder)).join('')).toBe(said);
  });

  it('leaves the first ones to the head, and splits the others', () => {
    expect(assignLayers(5, [1, 1], 4)).toEqual(['head', 'head', 0, 0, 1, 1]);
    expect(assignLayers(2, [1], 0)).toEqual(['head', 'head', 'head']);
    expect(assignLayers(2, [1], 99)).toEqual([0, 0, 0]);
  });

  it('calculates in numbers of 32 bits, as llama.cpp does', () => {
    // 7 / 10 lies before 0.7 in 64 bits, and on it in 32: the sum of the shares is rounded, too.
    const split = [0.1, 0.6, 0.3];
    const ends = [0.1, 0.1 + 0.6, 0.1 + 0.6 + 0.3].map((end) => end / (0.1 + 0.6 + 0.3));
    const in64 = ends.findIndex((end) => end > 7 / 10);
    const [sum1, sum2] = [Math.fround(0.1), Math.fround(Math.fround(0.1) + Math.fround(0.6))];
    const sum3 = Math.fround(sum2 + Math.fround(0.3));
    const in32 = [sum1, sum2, sum3].findIndex(
      (end) => Math.fround(end / sum3) > Math.fround(7 / 10),
    );
    expect(in64).not.toBe(in32);
    expect(assignLayers(9, split, 10)[7]).toBe(in32);
  });

  it('gives each layer to one that has a share, in the order of the workers', () => {
    fc.assert(
      fc.property(blocks, shares, fc.integer({ min: 0, max: 600 }), (count, split, offloaded) => {
        const holders = assignLayers(count, split, offloaded);
        expect(holders).toHaveLength(count + 1);
        const numbers = holders.map((holder) => (holder === 'head' ? -1 : holder));
        expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
        expect(numbers.filter((number) => number === -1)).toHaveLength(
          Math.max(count + 1 - offloaded, 0),
        );
        for (const number of numbers) if (number >= 0) expect(split[number]).toBeGreaterThan(0);
      }),
    );
  });

  it('gives each worker about its share: less than a layer more or less at either end', () => {
    fc.assert(
      fc.property(blocks, shares, (count, split) => {
        const holders = assignLayers(count, split, count + 1);
        const total = split.reduce((sum, share) => sum + share, 0);
        split.forEach((share, worker) => {
          const held = holders.filter((holder) => holder === worker).length;
          expect(Math.abs(held - (share / total) * (count + 1))).toBeLessThan(1.01);
        });
      }),
    );
  });

  it('does not depend on the unit of the shares', () => {
    fc.assert(
      fc.property(blocks, shares, (count, split) => {
        const doubled = split.map((share) => share * 2);
        expect(assignLayers(count, doubled, count + 1)).toEqual(
          assignLayers(count, split, count + 1),
        );
      }),
    );
  });
});
