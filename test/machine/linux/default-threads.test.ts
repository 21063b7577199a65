import { expect, it } from 'vitest';
import { defaultThreads } from '../../../src/machine/linux/default-threads.js';

const MIB = 2 ** 20;

it.each([
  ['tcg', 4, 2 * MIB, 1],
  ['tcg', 4, 16 * MIB - 1, 1],
  ['tcg', 4, 16 * MIB, undefined],
  ['tcg', 4, undefined, undefined],
  ['tcg', 1, 2 * MIB, undefined],
  ['kvm', 4, 2 * MIB, undefined],
  ['hvf', 4, 2 * MIB, undefined],
] as const)(
  'llama.cpp under %s with %i processors and %s bytes of weights uses %s threads',
  (accel, cpus, weightBytes, threads) => {
    expect(defaultThreads(accel, cpus, weightBytes)).toBe(threads);
  },
);
