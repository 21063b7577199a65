import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkFitsHost,
  hostFreeMiB,
  longestContext,
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

describe('longestContext', () => {
  it('is the longest with which a machine has the memory, in steps of 256', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8 * 1024 * MIB }),
        fc.integer({ min: 1, max: MIB }),
        fc.integer({ min: 576, max: 65_536 }),
        (weightBytes, bytesPerToken, ramMiB) => {
          const model = (contextTokens: number) => {
            return { weightBytes, kvCacheBytes: contextTokens * bytesPerToken, contextTokens };
          };
          const longest = longestContext(model(4096), ramMiB) ?? 0;
          expect(longest % 256).toBe(0);
          if (longest > 0) expect(ramForModelMiB(model(longest))).toBeLessThanOrEqual(ramMiB);
          expect(ramForModelMiB(model(longest + 256))).toBeGreaterThan(ramMiB);
        },
      ),
    );
  });

  it('is named for a model that fits with a shorter one', () => {
    const model = { weightBytes: 0, kvCacheBytes: 8192 * MIB, contextTokens: 8192 };
    expect(() => {
      checkFitsHost(8704, 2048, model);
    }).toThrow(
      expect.objectContaining({
        message:
          'the model needs a machine with 8704 MiB of memory, 8192 MiB of it for a context of ' +
          '8192 tokens; this host has 2048 MiB free',
        hint: expect.stringContaining('1536') as string,
      }),
    );
    expect(() => {
      checkFitsHost(8704, 512, model);
    }).toThrow('the model needs a machine with 8704 MiB of memory; this host has 512 MiB free');
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
