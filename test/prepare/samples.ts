import type { MemoryFacts } from '../../src/formats/gguf/model-info.js';
import { MIB } from '../../src/image/units.js';
import type { FitHost, FitSubject } from '../../src/prepare/fit.js';
import type { MeasuredSpeed } from '../../src/prepare/speed.js';

/** As Phi-3.5 mini in Q4_K_M: 384 KiB of keys and values for each token. */
export const FACTS: MemoryFacts = {
  contextLength: 131_072,
  blockCount: 32,
  headCountKv: 32,
  keyLength: 96,
  valueLength: 96,
  weightBytes: 2282 * MIB,
};

export const subjectWith = (changes: Partial<FitSubject> = {}): FitSubject => ({
  name: 'phi',
  facts: FACTS,
  downloadBytes: FACTS.weightBytes,
  quantisation: 'Q4_K_M',
  parameterCount: 3.82e9,
  tokenBytes: FACTS.weightBytes,
  ...changes,
});

export const hostWith = (changes: Partial<FitHost> = {}): FitHost => ({
  freeMiB: 8192,
  totalMiB: 16_384,
  cpus: 4,
  freeDiskBytes: 100_000 * MIB,
  speeds: [],
  ...changes,
});

export const speedWith = (changes: Partial<MeasuredSpeed> = {}): MeasuredSpeed => ({
  at: new Date('2026-01-01T00:00:00Z'),
  model: 'measured',
  quantisation: 'Q4_K_M',
  tokenBytes: FACTS.weightBytes,
  tokPerS: 10,
  arch: 'x86_64',
  accel: 'kvm',
  setting: '4 threads',
  ...changes,
});
