import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { writeFields } from '../../../src/formats/fields.js';
import { verifyFat } from '../../../src/formats/fat/check/checker.js';
import { BOOT_SECTOR, BOOT_SECTOR_END } from '../../../src/formats/fat/layout/boot-sector.js';
import { ATTRIBUTE, DIRECTORY_ENTRY } from '../../../src/formats/fat/layout/directory.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import { openFat } from '../../../src/formats/fat/reader/reader.js';
import { accessBytes } from '../../../src/image/random-access.js';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { alike, file } from './layouts.js';

/** Counts what is read, so that tests need no clock. */
function counted(bytes: Uint8Array): RandomAccess & { readBytes: number; largest: number } {
  const inner = accessBytes(bytes);
  const source = {
    sizeBytes: inner.sizeBytes,
    readBytes: 0,
    largest: 0,
    read(offset: number, length: number) {
      source.readBytes += length;
      source.largest = Math.max(source.largest, length);
      return inner.read(offset, length);
    },
  };
  return source;
}

/** Uses everything that a reader can do; it may throw a ZosiaError, but no other error. */
async function exercise(source: RandomAccess): Promise<void> {
  try {
    await verifyFat(source);
    const reader = await openFat(source);
    await reader.label();
    for await (const { path, stat } of reader.walk()) {
      if (stat.type !== 'file') continue;
      const opened = await reader.open(stat).catch(expectZosiaError);
      if (opened)
        await opened.read(Math.max(0, opened.sizeBytes - 10), Math.min(10, opened.sizeBytes));
      expect(path.startsWith('/')).toBe(true);
    }
  } catch (error) {
    expectZosiaError(error);
  }
}

function expectZosiaError(error: unknown): undefined {
  expect(error).toBeInstanceOf(ZosiaError);
}

const BOOT = { jump: Uint8Array.of(0xeb, 0x3c, 0x90), sectorBytes: 512, sectorsPerCluster: 1 };

/** Garbage that passes for a volume as far as its first sector goes. */
const garbage = fc
  .record({
    seed: fc.uint8Array({ minLength: 64, maxLength: 4096 }),
    reservedSectorCount: fc.integer({ min: 1, max: 4 }),
    fatCount: fc.integer({ min: 1, max: 3 }),
    fatSectorCount16: fc.integer({ min: 0, max: 3 }),
    rootEntryCount: fc.integer({ min: 0, max: 64 }),
  })
  .map(({ seed, ...fields }) => {
    const bytes = new Uint8Array(65_536);
    for (let i = 0; i < bytes.length; i++) bytes[i] = seed[(i * 7 + (i >> 9)) % seed.length]!;
    writeFields(BOOT_SECTOR, bytes, 0, { ...BOOT, ...fields, sectorCount16: 128 });
    writeFields(BOOT_SECTOR_END, bytes, 0, { signature: 0xaa55 });
    return bytes;
  });

describe('verifyFat and FatReader on garbage', () => {
  it('read at most 4 MiB of a volume of random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(garbage, async (bytes) => {
        const source = counted(bytes);
        await exercise(source);
        expect(source.largest).toBeLessThanOrEqual(65_536);
        expect(source.readBytes).toBeLessThan(4 * 2 ** 20);
      }),
      { numRuns: 300 },
    );
  });

  it('read at most 8 MiB of a volume with some random bytes', async () => {
    const sound = await imageBytes(planFat([...alike(20, '/d'), file('/d/e/f'), file('/g')]));
    const metadata = 40 * 512 + 64 * 512;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(metadata), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        async (changes) => {
          const bytes = sound.slice();
          for (const [at, value] of changes) bytes[at] = value;
          const source = counted(bytes);
          await exercise(source);
          expect(source.readBytes).toBeLessThan(8 * 2 ** 20);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('FatReader on loops', () => {
  const entryAt = (bytes: Uint8Array, name: string): number => {
    const at = Buffer.from(bytes).indexOf(name.padEnd(11));
    expect(at).toBeGreaterThan(0);
    return at;
  };

  it('ends the walk at a directory that contains itself', async () => {
    const bytes = await imageBytes(planFat([file('/A/B/C')]));
    const [a, b] = [entryAt(bytes, 'A'), entryAt(bytes, 'B')];
    bytes.copyWithin(b + 26, a + 26, a + 28);
    const reader = await openFat(accessBytes(bytes));
    const paths: string[] = [];
    const walk = async () => {
      for await (const { path } of reader.walk()) paths.push(path);
    };
    await expect(walk()).rejects.toThrow(zosiaError('ZOSIA_FAT_CORRUPT'));
    expect(paths).toEqual(['/', '/A', '/A/B']);
    // A path is as long as whoever asks for it makes it.
    expect((await reader.stat('/A/B/B/B/B')).type).toBe('directory');
  });

  it('rejects a directory that leads to the root', async () => {
    const bytes = await imageBytes(planFat([file('/A/B/C')]));
    bytes.fill(0, entryAt(bytes, 'B') + 26, entryAt(bytes, 'B') + 28);
    const reader = await openFat(accessBytes(bytes));
    await expect(reader.list('/A/B')).rejects.toThrow(zosiaError('ZOSIA_FAT_CORRUPT'));
  });

  it('rejects a chain that loops', async () => {
    const bytes = await imageBytes(planFat([file('/A', Buffer.alloc(100_000))]));
    const { bootSector } = await openFat(accessBytes(bytes));
    // Entry 190 of 12 bits, an even one, leads back to cluster 100.
    const at = bootSector.fatOffset + 190 * 1.5;
    bytes.set([100, bytes[at + 1]! & 0xf0], at);
    const reader = await openFat(accessBytes(bytes));
    await expect(reader.open('/A')).rejects.toThrow(/leads back to itself/);
  });
});

describe('FatReader on unsafe names', () => {
  it.each(['../../etc', '..', '.', 'half \ud83d pair'])('hides the long name %j', async (name) => {
    // A name of as many units, made into what no planner would write.
    const harmless = `+${'x'.repeat(Math.max(0, name.length - 1))}`;
    const bytes = await imageBytes(planFat([file(`/${harmless}`, 'text')]));
    const units = Buffer.from(`${name}\0`.slice(0, 13), 'utf16le');
    const piece = Buffer.from(bytes).indexOf(Buffer.from('+', 'utf16le'));
    bytes.set(units.subarray(0, 10), piece);
    if (units.length > 10) bytes.set(units.subarray(10, 22), piece + 13);
    const reader = await openFat(accessBytes(bytes));
    const [listed] = await reader.list('/');
    expect(listed!.name).toBe(listed!.stat.shortName);
    expect(listed!.name).toMatch(/^[A-Z_~\d]+$/);
  });

  it('replaces unsafe characters in short names', async () => {
    const bytes = await imageBytes(planFat([file('/ABCDEFGH.TXT')]));
    const at = Buffer.from(bytes).indexOf('ABCDEFGHTXT');
    writeFields(DIRECTORY_ENTRY, bytes, at, {
      name: Buffer.from('A/B\x1b\0FGHTXT', 'latin1'),
      attributes: ATTRIBUTE.archive,
    });
    const [listed] = await (await openFat(accessBytes(bytes))).list('/');
    expect(listed!.name).toBe('A_B__FGH.TXT');
  });
});
