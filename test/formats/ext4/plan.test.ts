import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesData, fileData, planExt4 } from '../../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../../src/formats/ext4/plan.js';
import { digestImage } from '../../../src/host/digest.js';
import { makeImage } from '../../../src/image/image.js';
import type { Image, Segment } from '../../../src/image/image.js';
import { LAYOUTS, pattern } from './layouts.js';

const GIB = 2 ** 30;
const model = (sizeBytes: number): Ext4Entry => ({
  type: 'file',
  path: '/model.gguf',
  data: fileData('/somewhere/model.gguf', sizeBytes),
});

describe('golden layouts', () => {
  it.each(LAYOUTS)('$name', async ({ entries, options }) => {
    const image = planExt4(entries, options);
    const summary = `${image.sizeBytes} bytes, sha256 ${await digestImage(image)}`;
    expect(summary).toMatchSnapshot();
  });
});

describe('planExt4', () => {
  it('does not depend on the order of the entries', async () => {
    const { entries, options } = LAYOUTS.find(({ name }) => name === 'every kind of file')!;
    const digest = await digestImage(planExt4(entries, options));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...entries], { minLength: entries.length }),
        async (shuffled) => {
          expect(await digestImage(planExt4(shuffled, options))).toBe(digest);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('derives the UUID from label, contents and identity', () => {
    const uuids = [
      planExt4([model(1)], { label: 'A' }),
      planExt4([model(1)], { label: 'B' }),
      planExt4([model(2)], { label: 'A' }),
      planExt4([model(1)], { label: 'A', identity: Buffer.from('1') }),
      planExt4([model(2)], { label: 'A', identity: Buffer.from('2') }),
    ].map((image) => {
      const { source } = image.segments.find(({ label }) => label === 'superblock')!;
      return source.kind === 'bytes'
        ? Buffer.from(source.bytes.subarray(0x68, 0x78)).toString('hex')
        : '';
    });
    expect(new Set(uuids).size).toBe(uuids.length);
    for (const uuid of uuids) expect(uuid).toMatch(/^.{12}8.{3}[89ab].{15}$/);
  });

  it('writes no host path into the metadata', async () => {
    const image = (path: string): Image =>
      planExt4([{ type: 'file', path: '/a', data: fileData(path, 8192) }], { label: 'X' });
    const metadata = ({ sizeBytes, segments }: Image): Image =>
      makeImage(
        sizeBytes,
        segments.filter(({ source }) => source.kind === 'bytes'),
      );
    expect(await digestImage(metadata(image('/here')))).toBe(
      await digestImage(metadata(image('/there'))),
    );
  });

  it('refers to file data in one run, aligned to 4 KiB, and copies none', () => {
    for (const sizeBytes of [1, 4096, 42.5 * GIB + 1, 1024 * GIB]) {
      const image = planExt4([model(sizeBytes)], { label: 'X' });
      const files = image.segments.filter(({ source }) => source.kind === 'file');
      expect(files).toHaveLength(1);
      expect(files[0]!.length).toBe(sizeBytes);
      expect(files[0]!.offset % 4096).toBe(0);
      expect(image.segments.at(-1)).toBe(files[0]);
    }
  });

  it('needs little memory for a file of 16 TiB', () => {
    const image = planExt4([model(2 ** 44 - 4096)], { label: 'X' });
    const buffers = new Set<ArrayBufferLike>();
    for (const { source } of image.segments) {
      if (source.kind === 'bytes') buffers.add(source.bytes.buffer);
    }
    const bytes = [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0);
    expect(bytes).toBeLessThan(16 * 2 ** 20);
    expect(image.segments.length).toBeLessThan(1000);
  });

  it('keeps byte and image sources, at any offset in a block', () => {
    const inner = makeImage(100_000, [
      { offset: 0, length: 100_000, source: { kind: 'file', path: '/x', offset: 7 } },
    ]);
    const data = makeImage(200_000, [
      { offset: 4095, length: 2, source: { kind: 'bytes', bytes: pattern(2) } },
      { offset: 50_000, length: 60_000, source: { kind: 'image', image: inner, offset: 40_000 } },
    ]);
    const image = planExt4([{ type: 'file', path: '/f', data }], { label: 'X' });
    const placed = image.segments.filter(({ label }) => label === '/f');
    const start = placed[0]!.offset - 4095;
    expect(start % 4096).toBe(0);
    expect(placed).toEqual<Segment[]>([
      { ...data.segments[0]!, offset: start + 4095, label: '/f' },
      // Blocks 2 to 11 are a hole.
      { ...data.segments[1]!, offset: start + 50_000 - 10 * 4096, label: '/f' },
    ]);
  });

  it('keeps a copy of the journal inode in the superblock', () => {
    const image = planExt4([], { label: 'X', journal: true });
    const bytesAt = (label: string): Buffer => {
      const { source } = image.segments.find((segment) => segment.label === label)!;
      return source.kind === 'bytes' ? Buffer.from(source.bytes) : Buffer.alloc(0);
    };
    const copy = bytesAt('superblock').subarray(0x10c, 0x150);
    const inode = bytesAt('inode tables').subarray(7 * 256, 8 * 256);
    expect(copy.subarray(0, 60).equals(inode.subarray(0x28, 0x64))).toBe(true);
    expect(copy.readUInt32LE(60)).toBe(0);
    expect(copy.readUInt32LE(64)).toBe(1024 * 4096);
  });

  it('puts data of the same block into one block', () => {
    const data = makeImage(8192, [
      { offset: 1, length: 1, source: { kind: 'bytes', bytes: pattern(1) } },
      { offset: 9, length: 1, source: { kind: 'bytes', bytes: pattern(1) } },
    ]);
    const one = planExt4([{ type: 'file', path: '/f', data }], { label: 'X' });
    const other: Ext4Entry = { type: 'file', path: '/f', data: bytesData(pattern(4096)) };
    expect(one.sizeBytes).toBe(planExt4([other], { label: 'X' }).sizeBytes);
  });
});
