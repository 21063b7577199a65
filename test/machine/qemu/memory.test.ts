import { describe, expect, it } from 'vitest';
import {
  checkFitsHost,
  hostFreeMiB,
  parseMemAvailable,
  parseVmStat,
  ramForModelMiB,
} from '../../../src/machine/qemu/memory.js';

const MIB = 2 ** 20;

describe('ramForModelMiB', () => {
  it.each([
    [0, 0, 512],
    [1, 0, 576],
    [64 * MIB, 0, 576],
    [64 * MIB, 1, 640],
    [4096 * MIB, 512 * MIB, 5120],
  ])(
    'returns for %i bytes of weights and %i of cache %i MiB',
    (weightBytes, kvCacheBytes, ramMiB) => {
      expect(ramForModelMiB({ weightBytes, kvCacheBytes })).toBe(ramMiB);
    },
  );

  it('adds the size of a given initramfs', () => {
    expect(ramForModelMiB({ weightBytes: 0, kvCacheBytes: 0, initramfsBytes: 65 * MIB })).toBe(640);
  });
});

describe('checkFitsHost', () => {
  it('allows a machine to use all free memory', () => {
    expect(() => {
      checkFitsHost(1024, 1024);
    }).not.toThrow();
  });

  it('throws for a machine that needs more, with both figures', () => {
    expect(() => {
      checkFitsHost(1025, 1024);
    }).toThrow(
      expect.objectContaining({
        code: 'ZOSIA_MODEL_TOO_LARGE_FOR_HOST',
        message: expect.stringMatching(/1025 MiB.*1024 MiB/) as string,
        subject: { option: 'ramMiB' },
      }),
    );
  });
});

describe("the host's memory", () => {
  it('is read from /proc/meminfo', () => {
    const meminfo =
      'MemTotal:       24683556 kB\nMemFree:         151164 kB\nMemAvailable:   24300000 kB\n';
    expect(parseMemAvailable(meminfo)).toBe(24_300_000 * 1024);
    expect(() => parseMemAvailable('MemFree: 1 kB\n')).toThrow(TypeError);
  });

  it('is read from vm_stat', () => {
    const recorded = [
      'Mach Virtual Memory Statistics: (page size of 16384 bytes)',
      'Pages free:                               50137.',
      'Pages active:                            390712.',
      'Pages inactive:                          388071.',
      'Pages speculative:                         2231.',
      'Pages throttled:                              0.',
      'Pages wired down:                        122014.',
      'Pages purgeable:                           5402.',
      '"Translation faults":                 268435456.',
    ].join('\n');
    expect(parseVmStat(recorded)).toBe((50_137 + 388_071 + 2231 + 5402) * 16_384);
    expect(() => parseVmStat(recorded.replace('Pages purgeable', 'Pages'))).toThrow(TypeError);
    expect(() => parseVmStat('')).toThrow(TypeError);
  });

  it('is above zero on the host of this test', async () => {
    expect(await hostFreeMiB()).toBeGreaterThan(16);
  });
});
