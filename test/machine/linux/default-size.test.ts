import { describe, expect, it } from 'vitest';
import { defaultSize } from '../../../src/machine/linux/default-size.js';
import { zosiaError } from '../../support/errors.js';

const GIB = 2 ** 30;
const model = (weightGib: number) => ({ weightBytes: weightGib * GIB, kvCacheBytes: 0 });

describe('defaultSize', () => {
  it('returns what an unknown or a small model needs, and up to eight processors', () => {
    const host = { freeMiB: 100_000, cpus: 20 };
    expect(defaultSize(undefined, host)).toEqual({ ramMiB: 1024, cpus: 8, notes: [] });
    expect(defaultSize(model(1.5), host)).toEqual({ ramMiB: 2048, cpus: 8, notes: [] });
  });

  it('returns the original size for a big model when the host has that', () => {
    const size = { ramMiB: 32_768, cpus: 6, notes: [] };
    expect(defaultSize(model(1.51), { freeMiB: 32_768, cpus: 6 })).toEqual(size);
    expect(defaultSize(model(2.3), { freeMiB: 64_000, cpus: 64 })).toEqual(size);
  });

  it('returns more for a model that needs more', () => {
    const { ramMiB, notes } = defaultSize(model(40), { freeMiB: 64_000, cpus: 6 });
    expect(ramMiB).toBe(40 * 1024 + 512);
    expect(notes).toEqual([]);
  });

  it('returns what the host has when that is less, and says so', () => {
    expect(defaultSize(model(2), { freeMiB: 32_767, cpus: 2 })).toEqual({
      ramMiB: 2560,
      cpus: 2,
      notes: [
        'models of this size run best with 32768 MiB of memory free and 6 processors, which this host does not have: ' +
          'the machine gets 2560 MiB and 2',
      ],
    });
    const { cpus, notes } = defaultSize(model(2), { freeMiB: 40_000, cpus: 4 });
    expect(cpus).toBe(4);
    expect(notes[0]).toContain('best with 6 processors,');
  });

  it('counts only the quick processors when there are slow ones, and does not mention it', () => {
    const host = { freeMiB: 40_000, cpus: 8, quickCpus: 4 };
    expect(defaultSize(undefined, host)).toMatchObject({ cpus: 4 });
    expect(defaultSize(model(2), host)).toEqual({ ramMiB: 32_768, cpus: 4, notes: [] });
    expect(defaultSize(model(2), host, { cpus: 8 })).toMatchObject({ cpus: 8 });
  });

  it('mentions only values that were not requested', () => {
    const host = { freeMiB: 4000, cpus: 2 };
    const { ramMiB, cpus, notes } = defaultSize(model(2), host, { cpus: 1 });
    expect([ramMiB, cpus]).toEqual([2560, 1]);
    expect(notes).toEqual([expect.stringContaining('best with 32768 MiB of memory free, which')]);
    expect(defaultSize(model(2), host, { ramMiB: 99 })).toMatchObject({
      ramMiB: 99,
      cpus: 2,
      notes: [
        expect.stringMatching(/take 2048 MiB, and the machine has 99 MiB.*2560 MiB are enough/),
        expect.stringContaining('best with 6 processors, which'),
      ],
    });
    expect(defaultSize(model(2), host, { ramMiB: 99, cpus: 3 }).notes).toHaveLength(1);
    expect(defaultSize(model(2), host, { ramMiB: 2048, cpus: 6 }).notes).toEqual([]);
  });

  it('throws for a size that would not fit, unless it was requested', () => {
    const host = { freeMiB: 2559, cpus: 6 };
    expect(() => defaultSize(model(2), host)).toThrow(zosiaError('ZOSIA_MODEL_TOO_LARGE_FOR_HOST'));
    expect(defaultSize(model(2), host, { ramMiB: 64 }).ramMiB).toBe(64);
  });
});
