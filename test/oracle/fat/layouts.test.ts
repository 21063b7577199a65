import { expect, it } from 'vitest';
import { holeData } from '../../../src/image/file-data.js';
import { layOut } from '../../../src/formats/fat/writer/geometry.js';
import { FAT_TYPES, FAT_TYPE_FACTS } from '../../../src/formats/fat/layout/table.js';
import { verifyFat } from '../../../src/formats/fat/check/checker.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import type { FatEntry, FatOptions } from '../../../src/formats/fat/plan.js';
import { openFat } from '../../../src/formats/fat/reader/reader.js';
import { accessFile } from '../../../src/host/access-file.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { collect } from '../../support/async.js';
import { temporaryFolder } from '../../support/temporary.js';
import { alike, file, LAYOUTS } from '../../formats/fat/layouts.js';
import { describeWith, fsckFat, run } from './programs.js';

describeWith(['fsck.fat', 'mdir'], 'the golden layouts', () => {
  const folder = temporaryFolder();

  it.each(LAYOUTS)('$name: fsck.fat finds nothing', async ({ entries, options }) => {
    const disk = folder.file('disk.img');
    await writeRaw(planFat(entries, options), disk);
    const { status, output } = fsckFat(disk);
    expect(status, output).toBe(0);
    const files = entries.filter(({ type }) => type === 'file').length;
    const counted = Number(/: (\d+) files, /.exec(output)![1]);
    expect(counted).toBeGreaterThanOrEqual(files);
  });

  it('have the label, serial number, times and short names that mdir shows', async () => {
    const disk = folder.file('names.img');
    const { entries, options } = LAYOUTS.find(({ name }) => name === 'names of every kind')!;
    await writeRaw(planFat(entries, { ...options, volumeId: 0x1234_abcd }), disk);
    const { status, output } = run('mdir', ['-a', '-i', disk, '::']);
    expect(status, output).toBe(0);
    expect(output).toMatch(/is NAMES/);
    expect(output).toMatch(/1234-ABCD/);
    // 1,700,000,001 seconds, in UTC.
    expect(output).toMatch(/^readme +txt +11 2023-11-14 +22:13 +$/m);
    expect(output).toMatch(/^UPPER +TXT .*22:13 +$/m);
    expect(output).toMatch(/^lower +BAR .*22:13 +$/m);
    expect(output).toMatch(/^MIXED +TXT .* Mixed\.Txt$/m);
    expect(output).toMatch(/^GITIGN~1 .* \.gitignore$/m);
    expect(output).toMatch(/^EXTENS~2 LON .* extension\.long$/m);
    expect(output).toMatch(/^ÄÖÜ +ÄÖÜ .* ÄÖÜ\.ÄÖÜ$/m);
  });
});

/** Volumes with two clusters fewer to two more than a type has at most. */
const BOUNDARIES = [4084, 65_524].flatMap((most) => {
  const type = most === 4084 ? 'FAT12' : 'FAT16';
  return [-2, -1, 0, 1, 2, 40].map((more) => {
    const shape = { type, clusterSizeBytes: 512, rootEntryCount: 512 } as const;
    return { sizeBytes: layOut(shape, most + more).sectorCount * 512, about: most + more };
  });
});

describeWith(['fsck.fat', 'mtype'], 'FAT volumes near the limits of each type', () => {
  const folder = temporaryFolder();

  async function agree(entries: readonly FatEntry[], options: FatOptions): Promise<void> {
    const disk = folder.file('disk.img');
    await writeRaw(planFat([...entries, file('/text', 'as planned')], options), disk);
    const { status, output } = fsckFat(disk);
    expect(status, output).toBe(0);
    const clusterCount = Number(/(\d+) data clusters/.exec(output)![1]);
    const source = await accessFile(disk);
    const { bootSector } = await openFat(source).finally(() => source.close());
    expect(bootSector.clusterCount).toBe(clusterCount);
    const type = FAT_TYPES.find((each) => clusterCount <= FAT_TYPE_FACTS[each].maxClusterCount)!;
    expect(bootSector.type).toBe(type);
    expect(output).toContain(`${FAT_TYPE_FACTS[type].entryBits} bit entries`);
    expect(run('mtype', ['-i', disk, '::/text']).output).toBe('as planned');
  }

  it.each(BOUNDARIES)('match fsck.fat: about $about clusters', async ({ sizeBytes }) => {
    await agree([], { sizeBytes, clusterSizeBytes: 512 });
  });

  it.each(FAT_TYPES.slice(1))('match fsck.fat: the smallest %s', async (type) => {
    await agree([], { type });
  });

  it('match fsck.fat: a file of almost 4 GiB, and a volume of 1 TiB', async () => {
    // fsck.fat counts the bytes of a file's clusters in 32 bits, and so none when they are 4 GiB.
    const largest: FatEntry = { type: 'file', path: '/large', data: holeData(2 ** 32 - 4096) };
    await agree([largest], { sizeBytes: 2 ** 33 });
    await agree([], { sizeBytes: 2 ** 40 });
  });

  it('match fsck.fat: a full directory', async () => {
    await agree(alike(16_383, '/full'), {});
  });
});

describeWith(['mkfs.fat', 'mcopy'], 'volumes that other programs made', () => {
  const folder = temporaryFolder();

  it.each([
    ['FAT12', ['-F', '12', '-n', 'FLOPPY', '-s', '1'], 1440],
    ['FAT16', ['-F', '16', '-s', '4', '-f', '1'], 20_000],
    ['FAT16 of sectors of 2 KiB', ['-F', '16', '-S', '2048'], 40_000],
    ['FAT32', ['-F', '32', '-n', 'LARGE', '-s', '1', '-f', '4'], 40_000],
  ] as const)('are read, and verified without problems: %s', async (name, options, kib) => {
    const disk = folder.file(`${name}.img`);
    expect(run('mkfs.fat', ['-C', ...options, disk, String(kib)]).status).toBe(0);
    const copied = run('mcopy', ['-s', '-i', disk, 'test/formats/fat', '::/Some folder']);
    expect(copied.status, copied.output).toBe(0);
    const source = await accessFile(disk);
    try {
      expect((await verifyFat(source)).problems).toEqual([]);
      const reader = await openFat(source);
      const walked = await collect(reader.walk());
      const paths = walked.map(({ path }) => path);
      expect(paths).toContain('/Some folder/check.test.ts');
      const opened = await reader.open('/some folder/LAYOUTS.TS');
      const own = await accessFile('test/formats/fat/layouts.ts');
      const contents = await own.read(0, own.sizeBytes).finally(() => own.close());
      expect(Buffer.compare(await opened.read(0, opened.sizeBytes), contents)).toBe(0);
    } finally {
      await source.close();
    }
  });
});
