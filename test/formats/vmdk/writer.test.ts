import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { open, writeFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { readVmdk } from '../../../src/formats/vmdk/reader.js';
import { planVmdk } from '../../../src/formats/vmdk/writer.js';
import { sha256 } from '../../../src/image/sha256.js';
import { bytesSegment, makeImage } from '../../../src/image/image.js';
import type { Segment } from '../../../src/image/image.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { SCATTERED_FILE, scatteredImages } from '../../support/scattered-images.js';
import { temporaryFolder } from '../../support/temporary.js';

const names = { extentName: (path: string) => path.slice(1), metadataName: 'disk-metadata.bin' };

const extentLines = (descriptor: string): string[] => descriptor.match(/^RW .*$/gm) ?? [];

const file = (offset: number, length: number, fileOffset: number, path = '/model'): Segment => ({
  offset,
  length,
  source: { kind: 'file', path, offset: fileOffset },
});

describe('planVmdk', () => {
  it('plans the same with the sha256 of the host as with its own', () => {
    const image = makeImage(MIB, [bytesSegment(7, new Uint8Array(5000).fill(3))]);
    const hash = vi.fn(() => createHash('sha256'));
    expect(planVmdk(image, { ...names, sha256: hash }).descriptor).toBe(
      planVmdk(image, names).descriptor,
    );
    expect(hash).toHaveBeenCalledOnce();
  });

  const MIB = 1 << 20;
  const head = bytesSegment(0, new Uint8Array(1000).fill(1));

  it('alternates between the metadata file and the files', () => {
    const tail = bytesSegment(3 * MIB, new Uint8Array(512).fill(2));
    const image = makeImage(4 * MIB, [head, file(MIB, MIB, 0), tail]);
    const { descriptor, metadata, files } = planVmdk(image, names);
    expect(extentLines(descriptor)).toEqual([
      'RW 2048 FLAT "disk-metadata.bin" 0',
      'RW 2048 FLAT "model" 0',
      'RW 4096 FLAT "disk-metadata.bin" 2048',
    ]);
    expect(files).toEqual(['/model']);
    expect(metadata.sizeBytes).toBe(3 * MIB);
    expect(metadata.segments).toMatchObject([
      { offset: 0, length: 1000 },
      { offset: 2 * MIB, length: 512 },
    ]);
  });

  it('copies the sectors that a file fills only in part', () => {
    const image = makeImage(2 * MIB, [file(100, MIB, 100)]);
    const { descriptor, metadata } = planVmdk(image, names);
    expect(extentLines(descriptor)).toEqual([
      'RW 1 FLAT "disk-metadata.bin" 0',
      'RW 2047 FLAT "model" 1',
      'RW 2048 FLAT "disk-metadata.bin" 1',
    ]);
    expect(metadata.segments).toEqual([
      { offset: 100, length: 412, source: { kind: 'file', path: '/model', offset: 100 } },
      { offset: 512, length: 100, source: { kind: 'file', path: '/model', offset: MIB } },
    ]);
  });

  it('joins consecutive pieces of a file to one extent', () => {
    const GIB = 2 ** 30;
    const pieces = Array.from({ length: 400 }, (_, i) =>
      file(MIB + (i * GIB) / 8, GIB / 8, (i * GIB) / 8),
    );
    const { descriptor } = planVmdk(makeImage(MIB + 50 * GIB, [head, ...pieces]), names);
    expect(extentLines(descriptor)[1]).toBe(`RW ${(50 * GIB) / 512} FLAT "model" 0`);
  });

  it('does not join ranges that are neighbours in the image but not in the file', () => {
    const image = makeImage(2 * MIB, [file(0, MIB, 4 * MIB), file(MIB, MIB, 0)]);
    expect(extentLines(planVmdk(image, names).descriptor)).toEqual([
      'RW 2048 FLAT "model" 8192',
      'RW 2048 FLAT "model" 0',
    ]);
  });

  it('copies unaligned and short ranges', () => {
    const image = makeImage(4 * MIB, [
      file(0, MIB, 7, '/unaligned'),
      file(MIB, 63 * 1024, 0, '/short'),
      file(2 * MIB, 64 * 1024, 512, '/long-enough'),
    ]);
    const { files, metadata } = planVmdk(image, names);
    expect(files).toEqual(['/long-enough']);
    expect(metadata.sizeBytes).toBe(4 * MIB - 64 * 1024);
  });

  it('refuses large unaligned ranges, and too many extents', () => {
    const unaligned = makeImage(65 * MIB, [file(0, 64 * MIB + 1, 7)]);
    expect(() => planVmdk(unaligned, names)).toThrow(zosiaError('ZOSIA_VMDK_UNALIGNED'));
    const scattered = makeImage(
      300 * MIB,
      Array.from({ length: 129 }, (_, i) => file((2 * i + 1) * MIB, MIB, i * MIB * 3)),
    );
    expect(() => planVmdk(scattered, names)).toThrow(zosiaError('ZOSIA_VMDK_FRAGMENTED'));
  });

  it.each([
    ['a"quote', 'quote'],
    ['a\nnewline', 'newline'],
    ['nbd:host', 'protocol'],
    ['é'.repeat(256), 'length in bytes'],
    ['parentFileNameHint', 'keyword'],
    ['', 'emptiness'],
  ])('refuses the name %.20j for its %s', (name) => {
    const image = makeImage(MIB, [file(0, MIB, 0)]);
    const plan = (): unknown => planVmdk(image, { ...names, extentName: () => name });
    expect(plan).toThrow(zosiaError('ZOSIA_VMDK_NAME'));
  });

  it('accepts names with a colon after a slash, spaces, and letters outside of ASCII', () => {
    const image = makeImage(MIB, [file(0, MIB, 0)]);
    const { descriptor } = planVmdk(image, { ...names, extentName: () => '/mödels/a: b' });
    expect(extentLines(descriptor)).toEqual(['RW 2048 FLAT "/mödels/a: b" 0']);
  });

  it('plans the same text for the same disk, and another for other contents', () => {
    const plan = (value: number): string =>
      planVmdk(makeImage(MIB, [bytesSegment(0, new Uint8Array([value]))]), names).descriptor;
    expect(plan(1)).toBe(plan(1));
    expect(plan(1)).not.toBe(plan(2));
    expect(sha256(plan(1))).toBe(
      '273e3e6c8b599ef98c549c850592e256bbfddabe2648bb51ad44a6f311b056a3',
    );
  });
});

describe('a disk written and read back', () => {
  const folder = temporaryFolder();

  it('has the bytes of the image', async () => {
    await writeFile(folder.file('model'), SCATTERED_FILE);
    await fc.assert(
      fc.asyncProperty(scatteredImages(folder.file('model')), async (image) => {
        const expected = Buffer.alloc(Math.ceil(image.sizeBytes / 512) * 512);
        expected.set(await imageBytes(image));
        const { descriptor, metadata } = planVmdk(image, {
          extentName: () => 'model',
          metadataName: 'metadata',
          minimumExtentBytes: 512,
        });
        await writeRaw(metadata, folder.file('metadata'));
        const back = await readVmdk(accessBytes(Buffer.from(descriptor)), async (name) => {
          const handle = await open(folder.file(name));
          try {
            return { path: folder.file(name), sizeBytes: (await handle.stat()).size };
          } finally {
            await handle.close();
          }
        });
        expect(Buffer.from(await imageBytes(back)).equals(expected)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
