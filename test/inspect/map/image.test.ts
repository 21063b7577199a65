import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { bytesData, planExt4 } from '../../../src/formats/ext4/plan.js';
import { MBR_TYPE } from '../../../src/formats/gpt/layout.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import { bytesSegment, makeImage } from '../../../src/image/image.js';
import { accessImage } from '../../../src/image/access-image.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { mapImage } from '../../../src/inspect/map/image.js';
import type { MapRange } from '../../../src/inspect/map/range.js';
import { file as fatFile } from '../../formats/fat/layouts.js';
import { MODEL_METADATA, MODEL_TENSORS, modelGguf } from '../../formats/gguf/samples.js';
import { mbrDisk, mbrSector } from '../../formats/gpt/disks.js';
import { legacyCheckpoint } from '../../formats/llama2c/samples.js';
import { imageBytes } from '../../support/images.js';
import { cpioBytes, espDisk, ext4 } from '../samples.js';
import { allRanges, expectTiled, outline } from './tiling.js';

const mapBytes = (bytes: Uint8Array): Promise<MapRange> => mapImage(accessBytes(bytes));

/** The outline of a map that covers its image exactly. */
async function outlineOf(bytes: Uint8Array): Promise<string[]> {
  const map = await mapBytes(bytes);
  expect(map).toMatchObject({ offset: 0, length: bytes.length });
  expectTiled(map);
  return outline(map);
}

const CPIO = [
  { type: 'directory', path: '/etc', mode: 0o755 },
  { type: 'file', path: '/etc/hello', mode: 0o644, data: Buffer.from('hello\n') },
  { type: 'symlink', path: '/link', mode: 0o777, target: 'etc/hello' },
] as const;

describe('mapImage of a file system', () => {
  it('returns its groups, their structures and its files', async () => {
    const lines = await outlineOf(await imageBytes(ext4()));
    expect(lines.slice(0, 6)).toEqual([
      expect.stringMatching(/^disk 0\+\d+$/),
      expect.stringMatching(/^ {2}ext4 file system LOOK 0\+/),
      '    boot area 0+1024',
      expect.stringMatching(/^ {4}group 0 1024\+/),
      '      superblock 0+1024',
      expect.stringMatching(/^ {6}descriptors 1024\+/),
    ]);
    for (const path of ['/hello', '/deep/er/file', '/deep']) {
      expect(lines).toContainEqual(expect.stringContaining(` ${path} `));
    }
  });

  it('returns the tensors of a model in it by layer, cut where a group ends', async () => {
    const wide = 'blk.7.ffn_up.weight';
    const zeros = { sizeBytes: 9 << 20, segments: [] };
    const tensors = [
      ...MODEL_TENSORS,
      { name: wide, dimensions: [256, 9216], type: 'F32', data: zeros },
    ];
    const gguf = planGguf({ metadata: MODEL_METADATA, tensors });
    const data = { sizeBytes: gguf.sizeBytes, segments: gguf.segments };
    const disk = planExt4([{ type: 'file', path: '/model.gguf', data }], {
      label: 'MODEL',
      blockSizeBytes: 1024,
    });
    const map = await mapImage(accessImage(disk));
    expectTiled(map);
    const ranges = allRanges(map);
    const pieces = ranges.filter(({ name, what }) => name === '/model.gguf' && what === 'file');
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(
      Math.ceil(gguf.sizeBytes / 1024) * 1024,
    );
    const layers = ranges.filter(({ what }) => what.startsWith('layer '));
    expect(new Set(layers.map(({ what }) => what))).toEqual(new Set(['layer 0', 'layer 7']));
    const ofWide = ranges.filter(({ name }) => name === wide);
    expect(ofWide.length).toBeGreaterThan(1);
    expect(ofWide.reduce((sum, { length }) => sum + length, 0)).toBe(9 << 20);
    expect(ofWide[0]).toMatchObject({ kind: 'part', what: 'tensor', note: 'F32, 256 x 9216' });
  });

  it('returns a file that is no model, in spite of its name, as a file', async () => {
    const entries = [
      { type: 'file', path: '/a.gguf', data: bytesData(Buffer.from('GGUF')) },
    ] as const;
    const map = await mapBytes(await imageBytes(ext4(entries)));
    const found = allRanges(map).find(({ name }) => name === '/a.gguf');
    expect(found).toMatchObject({ kind: 'file' });
    expect(found?.children).toBeUndefined();
  });
});

describe('mapImage of a disk', () => {
  it('returns the partition table at both ends, the partition, its volume and a checkpoint', async () => {
    const checkpoint = legacyCheckpoint();
    const disk = espDisk([fatFile('/model.bin', checkpoint)]);
    const lines = await outlineOf(await imageBytes(disk));
    expect(lines.filter((line) => /^ {2}\S/.test(line))).toEqual([
      '  protective MBR 0+512',
      '  primary GPT header 512+512',
      '  primary partition entries 1024+16384',
      expect.stringMatching(/^ {2}not partitioned 17408\+/),
      expect.stringMatching(/^ {2}partition 1 EFI system 1048576\+/),
      expect.stringMatching(/^ {2}backup partition entries /),
      expect.stringMatching(/^ {2}backup GPT header /),
    ]);
    expect(lines).toContainEqual(expect.stringMatching(/^ {4}FAT(12|16|32) volume ESP 0\+/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {10}checkpoint header 0\+28$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {10}tensor tokenEmbedding 28\+/));
  });

  it('returns all partitions of an MBR, logical ones within the extended one', async () => {
    const slots = [
      { firstSector: 1, sectorCount: 9 },
      { firstSector: 10, sectorCount: 80, type: MBR_TYPE.extended },
    ];
    const logical = mbrSector([{ firstSector: 2, sectorCount: 5 }]);
    const disk = makeImage(100 * 512, [
      bytesSegment(0, mbrSector(slots)),
      bytesSegment(10 * 512, logical),
    ]);
    expect(await outlineOf(await imageBytes(disk))).toEqual([
      'disk 0+51200',
      '  master boot record 0+512',
      '  partition 1 512+4608',
      '    nothing that zosia knows 0+4608',
      '  extended partition 2 5120+40960',
      '    boot records, and gaps 0+1024',
      '    partition 5 1024+2560',
      '      nothing that zosia knows 0+2560',
      '    boot records, and gaps 3584+37376',
      '  not partitioned 46080+5120',
    ]);
  });

  it('notes partitions that overlap, and what is wrong with the table', async () => {
    const slots = [
      { firstSector: 10, sectorCount: 20 },
      { firstSector: 20, sectorCount: 20 },
      { firstSector: 10, sectorCount: 20 },
      { firstSector: 90, sectorCount: 20 },
    ];
    const disk = makeImage(100 * 512, [bytesSegment(0, mbrSector(slots))]);
    const map = await mapBytes(await imageBytes(disk));
    expectTiled(map);
    for (const number of [2, 3, 4]) expect(map.note).toContain(`partition ${number}`);
    const noted = allRanges(map).filter(({ note }) => note?.includes('the table says'));
    expect(noted.map(({ what, note }) => [what, note?.split('; ').at(-1)])).toEqual([
      ['partition 1', 'the table says 10240 bytes from 5120, some of which others claim, too'],
      ['partition 2', 'the table says 10240 bytes from 10240, some of which others claim, too'],
    ]);
  });

  it('returns an unreadable file system as one range with the reason', async () => {
    const bytes = await imageBytes(mbrDisk([ext4()]));
    const map = await mapBytes(bytes);
    const { offset } = allRanges(map).find(({ what }) => what === 'partition 1')!;
    bytes.fill(0xff, offset + 1024 + 0x18, offset + 1024 + 0x1c);
    const damaged = await mapBytes(bytes);
    expectTiled(damaged);
    expect(allRanges(damaged)).toContainEqual(
      expect.objectContaining({
        what: 'a file system that cannot be read',
        note: expect.stringMatching(/superblock/),
      }),
    );
  });
});

describe('mapImage of an initramfs', () => {
  it('returns its members with header, data and padding, and the trailer', async () => {
    const lines = await outlineOf(await cpioBytes(CPIO));
    expect(lines.slice(0, 7)).toEqual([
      expect.stringMatching(/^initramfs 0\+/),
      expect.stringMatching(/^ {2}cpio archive 0\+/),
      '    directory /etc 0+116',
      '    file /etc/hello 116+128',
      '      header and name 0+120',
      '      data 120+6',
      '      padding 126+2',
    ]);
    expect(lines.at(-1)).toMatch(/^ {4}trailer, or padding \d+\+/);
  });

  it('returns consecutive archives, packed ones with their contents', async () => {
    const plain = await cpioBytes(CPIO);
    const bytes = Buffer.concat([plain, gzipSync(plain), Buffer.alloc(3), gzipSync(plain)]);
    const map = await mapBytes(bytes);
    expectTiled(map);
    expect(map.children?.map(({ what }) => what)).toEqual([
      'cpio archive',
      'packed with gzip',
      'zeros between the archives',
      'packed with gzip',
    ]);
    expect(map.children?.[1]).toMatchObject({ unpackedBytes: plain.length });
    expect(map.children?.[1]?.children?.[1]).toMatchObject({ name: '/etc/hello', offset: 116 });
  });

  it('returns each of several archives in one gzip stream', async () => {
    const plain = await cpioBytes(CPIO);
    const map = await mapBytes(gzipSync(Buffer.concat([plain, plain])));
    expectTiled(map);
    const packed = map.children![0]!;
    expect(packed.children?.map(({ what, offset }) => [what, offset])).toEqual([
      ['archive 1', 0],
      ['archive 2', plain.length],
    ]);
  });

  it('stops at damage, and says what it is', async () => {
    const plain = await cpioBytes(CPIO);
    const map = await mapBytes(Buffer.concat([plain, Buffer.from('not a header at all!')]));
    expectTiled(map);
    expect(map.children?.at(-1)).toMatchObject({
      kind: 'lost',
      what: 'not read, from the damage on',
      note: expect.stringContaining('neither a header'),
    });
  });
});

describe('mapImage of a damaged image', () => {
  const SAMPLES = {
    'an ext4 file system': () => imageBytes(ext4()),
    'a disk with a GPT': () => imageBytes(espDisk([fatFile('/a', 'a')])),
    'an initramfs': () => cpioBytes(CPIO),
    'a packed initramfs': async () => gzipSync(await cpioBytes(CPIO)),
    'a model on a disk': async () =>
      imageBytes(ext4([{ type: 'file', path: '/m.gguf', data: bytesData(await modelGguf()) }])),
  };

  it.each(Object.entries(SAMPLES))(
    'covers every byte of %s exactly once, or throws a ZosiaError',
    async (_, make) => {
      const sound = await make();
      // Most of what counts lies at the start.
      const place = fc.oneof(fc.nat(Math.min(sound.length, 8192) - 1), fc.nat(sound.length - 1));
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 8 }),
          async (changes) => {
            const bytes = Uint8Array.from(sound);
            for (const [at, value] of changes) bytes[at] = value;
            const map = await mapBytes(bytes).catch((error: unknown) => {
              if (error instanceof ZosiaError) return undefined;
              throw error;
            });
            if (map) expectTiled(map);
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  it('rejects an image without known contents', async () => {
    await expect(mapBytes(new Uint8Array(4096))).rejects.toMatchObject({
      code: 'ZOSIA_IMAGE_UNKNOWN',
    });
  });
});
