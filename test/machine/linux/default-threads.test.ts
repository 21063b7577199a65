import { expect, it } from 'vitest';
import { defaultThreads } from '../../../src/machine/linux/default-threads.js';

it.each([
  ['tcg', 4, 1],
  ['tcg', 1, undefined],
  ['kvm', 4, undefined],
  ['hvf', 4, undefined],
] as const)('llama.cpp under %s with %i processors has %s threads', (accel, cpus, threads) => {
  expect(defaultThreads(accel, cpus)).toBe(threads);
});
