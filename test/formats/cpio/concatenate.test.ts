import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concatenateArchives } from '../../../src/formats/cpio/concatenate.js';
import { readCpio } from '../../../src/formats/cpio/reader.js';
import { planCpio } from '../../../src/formats/cpio/writer.js';
import { imageBytes } from '../../../src/host/chunks.js';
import { bytesSegment, makeImage } from '../../../src/image/image.js';
import type { Image } from '../../../src/image/image.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { describeWithPrograms } from '../../support/programs.js';

const imageOf = (bytes: Uint8Array): Image => makeImage(bytes.length, [bytesSegment(0, bytes)]);

async function bytesOf(image: Image): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of imageBytes(image)) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

async function pathsIn(image: Image): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of readCpio(accessBytes(await bytesOf(image)))) paths.push(path);
  return paths;
}

const archive = (path: string): Image => planCpio([{ path, type: 'file', data: path }]);

it('concatenateArchives leaves the first as it is, and puts the next at a multiple of 4 behind zeros', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 64 }), async (first) => {
      const last = archive('/a');
      const whole = await bytesOf(concatenateArchives([imageOf(first), last]));
      const offset = whole.length - last.sizeBytes;
      expect(whole.subarray(0, first.length).equals(first)).toBe(true);
      expect(offset % 4).toBe(0);
      expect(offset - first.length).toBeGreaterThanOrEqual(4);
      expect(whole.subarray(first.length, offset).every((byte) => byte === 0)).toBe(true);
    }),
  );
});

it('concatenateArchives makes one that is read to its end, where the first is packed with gzip', async () => {
  const packed = imageOf(gzipSync(await bytesOf(archive('/first'))));
  expect(await pathsIn(concatenateArchives([packed, archive('/last')]))).toEqual([
    '/first',
    '/last',
  ]);
});

describeWithPrograms(['lz4', 'xz', 'zstd'], 'concatenateArchives', () => {
  it.each([
    ['lz4', ['-l', '-c']],
    ['xz', ['--check=crc32', '-c']],
    ['zstd', ['-c']],
  ])(
    'makes one that is read to its end, where the first is packed with %s',
    async (program, args) => {
      const { stdout, status } = spawnSync(program, args, {
        input: await bytesOf(archive('/first')),
      });
      expect(status).toBe(0);
      const whole = concatenateArchives([imageOf(stdout), archive('/last')]);
      expect(await pathsIn(whole)).toEqual(['/first', '/last']);
    },
  );
});
