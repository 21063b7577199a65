import fc from 'fast-check';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MAX_ROWS } from '../../../src/formats/device-mapper/layout.js';
import { formatTable, planDeviceMapper } from '../../../src/formats/device-mapper/table.js';
import { bytesSegment, makeImage } from '../../../src/image/image.js';
import type { Image, Segment } from '../../../src/image/image.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { SCATTERED_FILE, scatteredImages } from '../../support/scattered-images.js';
import { temporaryFolder } from '../../support/temporary.js';

const MIB = 1 << 20;

const file = (offset: number, length: number, fileOffset: number, path = '/model'): Segment => ({
  offset,
  length,
  source: { kind: 'file', path, offset: fileOffset },
});

const head = bytesSegment(0, new Uint8Array(1000).fill(1));

describe('planDeviceMapper', () => {
  it('alternates between the metadata image and the files', () => {
    const tail = bytesSegment(3 * MIB, new Uint8Array(512).fill(2));
    const { rows, disks, metadata } = planDeviceMapper(
      makeImage(4 * MIB, [head, file(MIB, MIB, 0), tail]),
    );
    expect(formatTable(rows)).toBe('0 2048 0 0\n2048 2048 1 0\n4096 4096 0 2048\n');
    expect(disks).toEqual([undefined, '/model']);
    expect(metadata.sizeBytes).toBe(3 * MIB);
  });

  it('needs no metadata image for a disk that lies in files', () => {
    const { rows, disks, metadata } = planDeviceMapper(
      makeImage(2 * MIB, [file(0, MIB, 4096, '/a'), file(MIB, MIB, 512, '/b')]),
    );
    expect(rows).toEqual([
      { start: 0, length: 2048, disk: 0, diskStart: 8 },
      { start: 2048, length: 2048, disk: 1, diskStart: 1 },
    ]);
    expect(disks).toEqual(['/a', '/b']);
    expect(metadata.sizeBytes).toBe(0);
  });

  it('reads no sector of a file that is not whole: its last bytes are in the metadata image', () => {
    const { rows, metadata } = planDeviceMapper(makeImage(MIB, [file(0, MIB - 100, 0)]));
    expect(formatTable(rows)).toBe('0 2047 0 0\n2047 1 1 0\n');
    expect(metadata.segments).toMatchObject([{ offset: 0, length: 412 }]);
  });

  it('refuses more rows than a guest has room for', () => {
    const pieces = (count: number): Image =>
      makeImage(
        2 * count * MIB,
        Array.from({ length: count }, (_, i) => file(2 * i * MIB, MIB, 3 * i * MIB)),
      );
    expect(planDeviceMapper(pieces(512)).rows).toHaveLength(1024);
    expect(() => planDeviceMapper(pieces(513))).toThrow(zosiaError('ZOSIA_TABLE_FRAGMENTED'));
  });

  it('allows as many rows as the guest has room for', async () => {
    const header = await readFile('guest/init/model/mapped_disk.h', 'utf8');
    expect(header).toContain(`MAPPED_ROWS_MAX = ${MAX_ROWS},`);
  });
});

describe('a device put together by its table', () => {
  const folder = temporaryFolder();

  it('has the bytes of the image', async () => {
    const model = folder.file('model');
    await writeFile(model, SCATTERED_FILE);
    await fc.assert(
      fc.asyncProperty(scatteredImages(model), async (image) => {
        const { rows, disks, metadata } = planDeviceMapper(image, { minimumExtentBytes: 512 });
        const rest = await imageBytes(metadata);
        const expected = Buffer.alloc(Math.ceil(image.sizeBytes / 512) * 512);
        expected.set(await imageBytes(image));
        let end = 0;
        const pieces = rows.map(({ start, length, disk, diskStart }) => {
          expect(start).toBe(end);
          end += length;
          const of = disks[disk] === undefined ? rest : SCATTERED_FILE;
          const piece = of.subarray(diskStart * 512, (diskStart + length) * 512);
          expect(piece.length).toBe(length * 512);
          return piece;
        });
        expect(Buffer.concat(pieces).equals(expected)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
