import { describe, expect, it } from 'vitest';
import { emulatedCpuNotes } from '../../src/machine/resolve-host.js';

describe('emulatedCpuNotes', () => {
  it('warns of far more emulated processors than the host has', () => {
    expect(emulatedCpuNotes('tcg', 16, 2)).toEqual([
      expect.stringContaining('with 2 it is faster'),
    ]);
  });

  it.each([
    ['tcg', 4, 2],
    ['tcg', 2, 8],
    ['kvm', 16, 2],
    ['hvf', 16, 2],
  ])('returns no warning for %s with %i processors on %i', (accel, cpus, hostCpus) => {
    expect(emulatedCpuNotes(accel, cpus, hostCpus)).toEqual([]);
  });
});
