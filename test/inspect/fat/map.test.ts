import { describe, expect, it } from 'vitest';
import { writeFields } from '../../../src/formats/fields.js';
import { BOOT_SECTOR } from '../../../src/formats/fat/layout/boot-sector.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import { clusterOffset } from '../../../src/formats/fat/reader/boot-sector.js';
import { FatReader } from '../../../src/formats/fat/reader/reader.js';
import { openVolume } from '../../../src/formats/fat/reader/volume.js';
import { openPlan } from '../../../src/host/image-reader.js';
import { describeFat } from '../../../src/inspect/fat/describe.js';
import { mapFat } from '../../../src/inspect/fat/map.js';
import type { FatMap } from '../../../src/inspect/fat/map.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { LAYOUTS, file } from '../../formats/fat/layouts.js';
import { pattern } from '../../formats/ext4/layouts.js';
import { zosiaError } from '../../support/errors.js';
import { fatBytes, oddlyNamed, setFatEntry, volumeOf } from './samples.js';

const lengthOf = ({ regions }: FatMap, wanted: string): number =>
  regions.reduce((sum, { what, length }) => sum + (what === wanted ? length : 0), 0);

function expectEveryByteOnce({ regions }: FatMap, sizeBytes: number): void {
  let end = 0;
  for (const { offset, length } of regions) {
    expect(offset).toBe(end);
    expect(length).toBeGreaterThan(0);
    end += length;
  }
  expect(end).toBe(sizeBytes);
}

describe('mapFat', () => {
  it.each(LAYOUTS)('covers every byte once, each file at its clusters: $name', async (layout) => {
    const source = openPlan(planFat(layout.entries, layout.options));
    const volume = await openVolume(source);
    const map = await mapFat(volume);
    const { sectorCount, sectorBytes, clusterSizeBytes } = volume.bootSector;
    expectEveryByteOnce(map, sectorCount * sectorBytes);
    expect(lengthOf(map, 'free')).toBe(map.freeClusterCount * clusterSizeBytes);
    expect(lengthOf(map, 'lost clusters')).toBe(0);
    const reader = new FatReader(volume);
    for await (const { path, stat } of reader.walk()) {
      if (stat.type !== 'file') continue;
      const mapped = map.regions.filter((region) => region.path === path);
      const ranges = await reader.ranges(stat);
      expect(mapped.map(({ what, offset }) => [what, offset])).toEqual(
        ranges.map(({ volumeOffset }) => ['file', volumeOffset]),
      );
    }
    await source.close();
  });

  const whats = ({ regions }: FatMap): string[] =>
    regions.map(({ what, path }) => (path === undefined ? what : `${what} ${path}`));

  it('returns the structures of FAT12', async () => {
    expect(whats(await mapFat(await volumeOf(await fatBytes([file('/a')]))))).toEqual([
      ...['boot sector', 'reserved', 'FAT 1', 'FAT 2', 'directory /', 'file /a'],
    ]);
  });

  it('returns the structures of FAT32, and the bytes after the last cluster', async () => {
    const options = { type: 'FAT32', clusterSizeBytes: 1024, sizeBytes: 80_000_512 } as const;
    const bytes = await fatBytes([file('/d/a')], options);
    const { bootSector } = await volumeOf(bytes);
    expect(bootSector.sectorCount * 512).toBe(80_000_000);
    writeFields(BOOT_SECTOR, bytes, 0, { sectorCount32: bootSector.sectorCount + 1 });
    expect(whats(await mapFat(await volumeOf(bytes)))).toEqual([
      ...['boot sector', 'FSInfo', 'reserved', 'backup boot sector', 'backup FSInfo', 'reserved'],
      ...['FAT 1', 'FAT 2', 'directory /', 'directory /d', 'file /d/a', 'free', 'unused'],
    ]);
  });

  it('distinguishes free, bad and lost clusters, and follows fragmented files', async () => {
    const bytes = await fatBytes([file('/a', pattern(4 * 512))], {
      type: 'FAT16',
      clusterSizeBytes: 512,
      extraBytes: 10_000,
    });
    const { bootSector } = await volumeOf(bytes);
    // /a has the clusters 2 to 5; now 2, 3, 8, 9.
    await setFatEntry(bytes, 3, 8);
    await setFatEntry(bytes, 8, 9);
    await setFatEntry(bytes, 9, 0xffff);
    await setFatEntry(bytes, 12, 0xfff7);
    const map = await mapFat(await volumeOf(bytes));
    expectEveryByteOnce(map, bytes.length);
    const at = (cluster: number): number => clusterOffset(bootSector, cluster);
    const inFile = { length: 1024, what: 'file', path: '/a' };
    expect(map.regions.filter(({ offset }) => offset >= at(2) && offset < at(14))).toEqual([
      { ...inFile, offset: at(2), file: { offset: 0, sizeBytes: 2048 } },
      { offset: at(4), length: 1024, what: 'lost clusters' },
      { offset: at(6), length: 1024, what: 'free' },
      { ...inFile, offset: at(8), file: { offset: 1024, sizeBytes: 2048 } },
      { offset: at(10), length: 1024, what: 'free' },
      { offset: at(12), length: 512, what: 'bad clusters' },
      { offset: at(13), length: (bootSector.clusterCount - 11) * 512, what: 'free' },
    ]);
    expect(map).toMatchObject({
      freeClusterCount: bootSector.clusterCount - 7,
      badClusterCount: 1,
    });
  });

  it('escapes control characters and backslashes in paths', async () => {
    const map = await mapFat(await volumeOf(await oddlyNamed('a\nb\\c')));
    expect(whats(map)).toContain('file /a\\x0ab\\\\c');
  });

  it.each([
    ['to itself', 5, 2],
    ['nowhere', 3, 0xfff0],
    ['to a free cluster', 3, 0],
    ['into another file', 3, 6],
  ])('rejects a cluster chain that leads %s', async (_what, index, value) => {
    const entries = [file('/a', pattern(4 * 512)), file('/b', pattern(512))];
    const bytes = await fatBytes(entries, { type: 'FAT16', clusterSizeBytes: 512 });
    await setFatEntry(bytes, index, value);
    await expect(volumeOf(bytes).then((volume) => mapFat(volume))).rejects.toThrow(
      zosiaError('ZOSIA_FAT_CORRUPT'),
    );
  });
});

describe('describeFat', () => {
  it('describes an EFI system partition', async () => {
    const { entries, options } = LAYOUTS.find(({ name }) => name.startsWith('an ESP of 128'))!;
    const source = openPlan(planFat(entries, { ...options, volumeId: 0x0012_abcd }));
    expect(await describeFat(source)).toMatchObject({
      type: 'FAT32',
      label: 'ZOSIA',
      volumeId: '0012-ABCD',
      oemName: 'MSWIN4.1',
      state: 'clean',
      sizeBytes: 2 ** 27,
      sectorBytes: 512,
      clusterSizeBytes: 1024,
      fatCount: 2,
      rootEntryCount: undefined,
      fsInfoSector: 1,
      backupSector: 6,
      badClusterCount: 0,
      bootPrograms: ['BOOTAA64.EFI', 'BOOTX64.EFI'],
    });
    await source.close();
  });

  it('describes a volume without boot programs', async () => {
    const bytes = await fatBytes([file('/EFI/BOOT', 'a file')], { rootEntryCount: 64 });
    expect(await describeFat(accessBytes(bytes))).toMatchObject({
      type: 'FAT12',
      label: '',
      rootEntryCount: 64,
      bootPrograms: [],
      state: 'clean',
      fsInfoSector: undefined,
      backupSector: undefined,
    });
  });

  it('returns only boot programs, and the label of the root directory', async () => {
    const bytes = await fatBytes();
    const { bootSector } = await volumeOf(bytes);
    const at = Buffer.from(bytes).indexOf('LOOK       ', bootSector.rootOffset);
    bytes.set(Buffer.from('RENAMED    '), at);
    expect(await describeFat(accessBytes(bytes))).toMatchObject({
      label: 'RENAMED',
      bootPrograms: ['BOOTX64.EFI', 'bootaa64.efi'],
    });
  });

  it.each([
    ['not clean', 0x7fff],
    ['has errors', 0xbfff],
  ] as const)('returns the state that the FAT records: %s', async (state, entry) => {
    const bytes = await fatBytes([], { type: 'FAT16' });
    await setFatEntry(bytes, 1, entry);
    expect(await describeFat(accessBytes(bytes))).toMatchObject({ state });
  });
});
