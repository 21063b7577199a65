import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileData } from '../../../src/image/file-data.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import type { FatEntry, FatOptions } from '../../../src/formats/fat/plan.js';
import { openFat } from '../../../src/formats/fat/reader/reader.js';
import type { FatBootSector } from '../../../src/formats/fat/reader/reader.js';
import { digestImage } from '../../../src/host/digest.js';
import { accessImage } from '../../../src/image/access-image.js';
import { makeImage } from '../../../src/image/image.js';
import type { Image } from '../../../src/image/image.js';
import { file, LAYOUTS } from './layouts.js';

const MIB = 2 ** 20;
const model = (sizeBytes: number, path = '/somewhere/model.bin'): FatEntry => ({
  type: 'file',
  path: '/model.bin',
  data: fileData(path, sizeBytes),
});

async function facts(image: Image): Promise<FatBootSector> {
  return (await openFat(accessImage(image))).bootSector;
}

describe('golden layouts', () => {
  it.each(LAYOUTS)('$name', async ({ entries, options }) => {
    const image = planFat(entries, options);
    const { type, clusterCount, clusterSizeBytes } = await facts(image);
    expect(
      `${type}, ${clusterCount} clusters of ${clusterSizeBytes}, ${image.sizeBytes} bytes, ` +
        `sha256 ${await digestImage(image)}`,
    ).toMatchSnapshot();
  });
});

describe('planFat', () => {
  it('does not depend on the order of the entries', async () => {
    const { entries, options } = LAYOUTS.find(({ name }) => name === 'names of every kind')!;
    const digest = await digestImage(planFat(entries, options));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...entries], { minLength: entries.length }),
        async (shuffled) => {
          expect(await digestImage(planFat(shuffled, options))).toBe(digest);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('derives the volume ID from label, contents or identity, unless it is given', async () => {
    const plans: [FatEntry, FatOptions][] = [
      [model(1), { label: 'A' }],
      [model(1), { label: 'B' }],
      [model(2), { label: 'A' }],
      [model(1), { label: 'A', identity: Buffer.from('1') }],
      [model(1), { label: 'A', identity: Buffer.from('2') }],
      [model(1), { label: 'A', volumeId: 7 }],
    ];
    const ids = await Promise.all(
      plans.map(async ([entry, options]) => (await facts(planFat([entry], options))).volumeId),
    );
    expect(new Set(ids).size).toBe(plans.length);
    expect(ids.at(-1)).toBe(7);
    const again = planFat([model(2)], { label: 'A', identity: Buffer.from('1') });
    expect((await facts(again)).volumeId).toBe(ids[3]);
  });

  it('writes no host path into the metadata', async () => {
    const metadata = (path: string): Promise<string> => {
      const { sizeBytes, segments } = planFat([model(8192, path)]);
      const own = segments.filter(({ source }) => source.kind === 'bytes');
      return digestImage(makeImage(sizeBytes, own));
    };
    expect(await metadata('/here')).toBe(await metadata('/there'));
  });

  it.each([1, 4096, 60_816_028, 2 ** 32 - 1])(
    'refers to a file of %d bytes in one run, aligned to 4 KiB, and copies none of it',
    (sizeBytes) => {
      const image = planFat([model(sizeBytes)], { esp: true, clusterSizeBytes: 4096 });
      const files = image.segments.filter(({ source }) => source.kind === 'file');
      expect(files).toHaveLength(1);
      expect(files[0]).toMatchObject({ length: sizeBytes, label: '/model.bin' });
      expect(files[0]!.offset % 4096).toBe(0);
      const copied = image.segments.filter(({ source }) => source.kind === 'bytes');
      expect(copied.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(9 * MIB);
    },
  );

  it('keeps byte and image sources, at their places in the file', () => {
    const inner = makeImage(100_000, [
      { offset: 0, length: 100_000, source: { kind: 'file', path: '/x', offset: 7 } },
    ]);
    const data = makeImage(200_000, [
      { offset: 4095, length: 2, source: { kind: 'bytes', bytes: Uint8Array.of(1, 2) } },
      { offset: 50_000, length: 60_000, source: { kind: 'image', image: inner, offset: 40_000 } },
    ]);
    const image = planFat([{ type: 'file', path: '/f', data }]);
    const placed = image.segments.filter(({ label }) => label === '/f');
    const start = placed[0]!.offset - 4095;
    expect(placed).toEqual([
      { ...data.segments[0]!, offset: start + 4095, label: '/f' },
      { ...data.segments[1]!, offset: start + 50_000, label: '/f' },
    ]);
  });
});

describe('the size of a volume', () => {
  it('is the smallest that the contents allow', () => {
    for (const contentBytes of [0, 1, 100_000, 3 * MIB, 60 * MIB]) {
      for (const options of [
        { clusterSizeBytes: 2048 },
        { type: 'FAT32', clusterSizeBytes: 512 },
      ]) {
        const plan = (more: FatOptions) =>
          planFat([model(contentBytes)], { ...(options as FatOptions), ...more });
        const { sizeBytes } = plan({});
        expect(plan({ sizeBytes }).sizeBytes).toBe(sizeBytes);
        expect(() => plan({ sizeBytes: sizeBytes - 1 })).toThrow(`at least ${sizeBytes} bytes`);
      }
    }
  });

  it('is the given size', async () => {
    const image = planFat([], { sizeBytes: 5 * MIB + 100 });
    expect(image.sizeBytes).toBe(5 * MIB + 100);
    const { sectorCount } = await facts(image);
    expect(sectorCount * 512).toBeLessThanOrEqual(5 * MIB);
    expect(sectorCount * 512).toBeGreaterThan(5 * MIB - 4096);
  });

  it('includes the requested free space', async () => {
    const [without, withRoom] = [
      planFat([file('/a')]),
      planFat([file('/a')], { extraBytes: 5000 }),
    ];
    const { clusterCount } = await facts(without);
    expect((await facts(withRoom)).clusterCount).toBe(clusterCount + 10);
  });
});

describe('the FAT type', () => {
  it.each([
    [{ esp: true, sizeBytes: 128 * MIB }, 'FAT32', 1024],
    [{ esp: true, sizeBytes: 200 * MIB }, 'FAT32', 2048],
    [{ esp: true, sizeBytes: 1024 * MIB }, 'FAT32', 4096],
    [{ esp: true, sizeBytes: 34 * MIB }, 'FAT32', 512],
    [{ esp: true, sizeBytes: 32 * MIB }, 'FAT16', 2048],
    [{ esp: true, sizeBytes: MIB }, 'FAT12', 512],
    [{ esp: true }, 'FAT16', 512],
    [{ esp: true, extraBytes: 60 * MIB }, 'FAT32', 512],
    [{ esp: true, sizeBytes: 128 * MIB, type: 'FAT16' }, 'FAT16', 2048],
    [{ sizeBytes: 1_474_560 }, 'FAT12', 512],
    [{ sizeBytes: 10 * MIB }, 'FAT16', 1024],
    [{ sizeBytes: 511 * MIB }, 'FAT16', 8192],
    [{ sizeBytes: 512 * MIB }, 'FAT32', 4096],
    [{ sizeBytes: 2 ** 35 }, 'FAT32', 16_384],
    [{ sizeBytes: 2 ** 40 }, 'FAT32', 32_768],
    [{}, 'FAT12', 512],
    [{ type: 'FAT32' }, 'FAT32', 512],
  ] as const)(
    'with options %j is %s in clusters of %d bytes',
    async (options, type, clusterBytes) => {
      const found = await facts(planFat([], options));
      expect([found.type, found.clusterSizeBytes]).toEqual([type, clusterBytes]);
    },
  );

  it('is FAT32 for an ESP of 65,525 clusters or more', async () => {
    const least = planFat([], { type: 'FAT32' }).sizeBytes;
    const esp = (sizeBytes: number) => facts(planFat([], { esp: true, sizeBytes }));
    expect(await esp(least)).toMatchObject({ type: 'FAT32', clusterCount: 65_525 });
    expect(await esp(least - 1)).toMatchObject({ type: 'FAT16' });
  });
});
