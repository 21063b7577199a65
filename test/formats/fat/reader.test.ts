import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFat } from '../../../src/formats/fat/plan.js';
import type { FatEntry, FatOptions } from '../../../src/formats/fat/plan.js';
import { verifyFat } from '../../../src/formats/fat/check/checker.js';
import { openFat } from '../../../src/formats/fat/reader/reader.js';
import type { FatReader } from '../../../src/formats/fat/reader/reader.js';
import { accessImage } from '../../../src/image/access-image.js';
import { accessBytes } from '../../../src/image/random-access.js';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { collect } from '../../support/async.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { pattern } from '../ext4/layouts.js';
import { arbitraryTree } from './arbitrary-tree.js';
import { file, LAYOUTS } from './layouts.js';

const openEntries = (entries: readonly FatEntry[], options: FatOptions = {}): Promise<FatReader> =>
  openFat(accessImage(planFat(entries, options)));

async function contents(source: RandomAccess): Promise<Buffer> {
  return Buffer.from(await source.read(0, source.sizeBytes));
}

describe('FatReader', () => {
  it('reads back every file and directory that was planned', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTree, async ({ entries, options, expected }) => {
        const source = accessImage(planFat(entries, options));
        const reader = await openFat(source);
        const walked = await collect(reader.walk());
        expect(walked[0]).toMatchObject({ path: '/', stat: { isRoot: true } });
        expect(
          walked
            .slice(1)
            .map(({ path }) => path)
            .sort(),
        ).toEqual([...expected.keys()].sort());
        for (const { path, stat } of walked.slice(1)) {
          const planned = expected.get(path);
          expect(stat.type).toBe(planned ? 'file' : 'directory');
          expect(await reader.stat(path)).toEqual(stat);
          if (planned) expect((await contents(await reader.open(stat))).equals(planned)).toBe(true);
        }
        expect((await verifyFat(source)).problems).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('returns the boot sector, the label, and times', async () => {
    const { entries, options } = LAYOUTS.find(({ name }) => name === 'an ESP of 128 MiB: FAT32')!;
    const reader = await openEntries(entries, {
      ...options,
      label: 'Zosia',
      epochSeconds: 1e9 + 1,
    });
    expect(reader.bootSector).toMatchObject({
      type: 'FAT32',
      oemName: 'MSWIN4.1',
      sectorBytes: 512,
      clusterSizeBytes: 1024,
      hiddenSectorCount: 2048,
      media: 0xf8,
      fatCount: 2,
      isMirrored: true,
      rootCluster: 2,
      fsInfoSector: 1,
      backupSector: 6,
      label: 'ZOSIA',
      reservedSectorCount: 32,
    });
    expect(await reader.label()).toBe('ZOSIA');
    expect(await reader.stat('/EFI')).toMatchObject({
      type: 'directory',
      attributes: 0x10,
      crtime: { seconds: 1e9 + 1 },
      mtime: { seconds: 1e9 },
      atime: { seconds: Date.UTC(2001, 8, 9) / 1000 },
    });
  });

  it('returns attributes', async () => {
    const { entries, options } = LAYOUTS.find(({ name }) => name === 'attributes and times')!;
    const reader = await openEntries(entries, options);
    const attributes = async (path: string) => (await reader.stat(path)).attributes;
    expect(await attributes('/hidden')).toBe(0x12);
    expect(await attributes('/hidden/read only')).toBe(0x21);
    expect(await attributes('/hidden/system')).toBe(0x24);
    expect((await reader.stat('/hidden/system')).mtime?.seconds).toBe(
      Date.UTC(2108, 0, 1) / 1000 - 2,
    );
    expect(await reader.list('/empty')).toEqual([]);
    expect(reader.bootSector.volumeId).toBe(0x1234_5678);
  });

  it('accepts paths in any case, with short names, and with ".."', async () => {
    const reader = await openEntries([file('/A long folder/Été.text', 'here')]);
    for (const path of [
      '/a LONG folder/été.TEXT',
      'ALONGF~1/ÉTÉ~1.tex',
      '//A long folder/./Été.text',
      '/../A long folder/../../A long folder/Été.text',
    ]) {
      expect((await contents(await reader.open(path))).toString()).toBe('here');
    }
  });

  it('returns a distinct entryId for every entry, the same from walk and stat', async () => {
    const names = ['/a', '/b', '/folder/a', '/folder/b', '/folder/inner/a', '/other/a'];
    const reader = await openEntries(names.map((path) => file(path, '')));
    const walked = await collect(reader.walk());
    expect(new Set(walked.map(({ stat }) => stat.entryId)).size).toBe(names.length + 4);
    expect(walked[0]!.stat.entryId).toBe(0);
    for (const { path, stat } of walked) {
      expect((await reader.stat(path)).entryId).toBe(stat.entryId);
    }
  });

  it('reads any range of a fragmented file', async () => {
    const bytes = await imageBytes(planFat([file('/a', pattern(5000)), file('/b', pattern(5000))]));
    const { bootSector } = await openFat(accessBytes(bytes));
    // The clusters 2 to 11 of /a, the third and the fourth of them in turn.
    const entry = (cluster: number): number => Math.floor(cluster * 1.5) + bootSector.fatOffset;
    const swap = (at: number, other: number, length: number): void => {
      const kept = bytes.slice(at, at + length);
      bytes.copyWithin(at, other, other + length);
      bytes.set(kept, other);
    };
    const { heapOffset } = bootSector;
    swap(heapOffset + 2 * 512, heapOffset + 3 * 512, 512);
    for (const [cluster, next] of [
      [3, 5],
      [5, 4],
      [4, 6],
    ] as const) {
      const shift = (cluster % 2) * 4;
      const at = entry(cluster);
      const kept = (bytes[at]! | (bytes[at + 1]! << 8)) & ~(0xfff << shift);
      bytes.set([(kept | (next << shift)) & 0xff, (kept | (next << shift)) >> 8], at);
    }
    const reader = await openFat(accessBytes(bytes));
    const ranges = await reader.ranges('/a');
    expect(ranges.map(({ offset, length }) => [offset, length])).toEqual([
      [0, 1024],
      [1024, 512],
      [1536, 512],
      [2048, 2952],
    ]);
    const opened = await reader.open('/a');
    await fc.assert(
      fc.asyncProperty(fc.nat(5000), fc.nat(5000), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const read = await opened.read(from, to - from);
        expect(Buffer.compare(read, pattern(5000).subarray(from, to))).toBe(0);
      }),
    );
  });

  it.each([
    ['/b', 'NO_SUCH_PATH', 'stat'],
    ['/a/b', 'NO_SUCH_PATH', 'stat'],
    ['/a/../d', 'NO_SUCH_PATH', 'stat'],
    ['/none/../a', 'NO_SUCH_PATH', 'stat'],
    ['/a', 'NOT_A_DIRECTORY', 'list'],
    ['/d', 'NOT_A_FILE', 'open'],
    ['/d', 'NOT_A_FILE', 'ranges'],
  ] as const)('rejects %s with ZOSIA_FAT_%s', async (path, code, method) => {
    const reader = await openEntries([file('/a'), { type: 'directory', path: '/d' }]);
    await expect(reader[method](path)).rejects.toThrow(zosiaError(`ZOSIA_FAT_${code}`));
  });
});

describe('openFat and verifyFat on other data', () => {
  it.each([
    ['an empty file', new Uint8Array(0)],
    ['zeros', new Uint8Array(65_536)],
    ['text', Buffer.from('x'.repeat(2000))],
  ])('reject %s', async (_what, bytes) => {
    await expect(openFat(accessBytes(bytes))).rejects.toThrow(zosiaError('ZOSIA_NOT_FAT'));
    await expect(verifyFat(accessBytes(bytes))).rejects.toThrow(zosiaError('ZOSIA_NOT_FAT'));
  });
});
