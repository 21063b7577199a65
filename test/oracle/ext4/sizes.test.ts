import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { bytesData, planExt4 } from '../../../src/formats/ext4/plan.js';
import { makeImage } from '../../../src/image/image.js';
import type { Image, Segment } from '../../../src/image/image.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { temporaryFolder } from '../../support/temporary.js';
import {
  debugfs,
  describeWithE2fsprogs,
  e2fsck,
  folderForMetadata,
  readWithLibext2fs,
  withLibext2fs,
  writeMetadata,
} from './programs.js';
import { IS_COMPLETE_HOST } from '../../support/skipping.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const TIB = 1024 * GIB;
const BLOCK_SIZES = [1024, 2048, 4096] as const;
const EXTENT_BLOCKS = 32_768;

function pattern(sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + (i >> 8) * 7 + 1) & 0xff);
}

describeWithE2fsprogs('a disk with one small file', () => {
  const folder = temporaryFolder();

  for (const blockSizeBytes of BLOCK_SIZES) {
    for (const blocks of [0, 1, 12, 13]) {
      for (const difference of [-1, 0, 1]) {
        const sizeBytes = blocks * blockSizeBytes + difference;
        if (sizeBytes < 0) continue;
        it(`reads back ${sizeBytes} bytes in blocks of ${blockSizeBytes}`, async () => {
          const data = pattern(sizeBytes);
          const image = planExt4([{ type: 'file', path: '/model.gguf', data: bytesData(data) }], {
            label: 'ZOSIA_MODEL',
            blockSizeBytes,
          });
          const disk = folder.file('disk.img');
          const copy = folder.file('copy');
          await writeRaw(image, disk);
          expect(e2fsck(disk)).toMatchObject({ status: 0 });
          debugfs(disk, [`dump /model.gguf "${copy}"`]);
          expect(Buffer.compare(await readFile(copy), data)).toBe(0);
          await withLibext2fs(image, async (fileSystem) => {
            expect(await fileSystem.readdir('/')).toEqual(['lost+found', 'model.gguf']);
            const bytes = await readWithLibext2fs(fileSystem, '/model.gguf', sizeBytes + 1);
            expect(Buffer.compare(bytes, data)).toBe(0);
          });
        });
      }
    }
  }
});

/** Data of any size that is allocated but lies in no file, with marks to be found again. */
function markedData(sizeBytes: number, marks: readonly number[]): Image {
  const segments: Segment[] = [];
  let end = 0;
  const body = (to: number): void => {
    if (to > end) {
      const source = { kind: 'file', path: '/nowhere', offset: end } as const;
      segments.push({ offset: end, length: to - end, source });
    }
  };
  for (const offset of marks) {
    body(offset);
    const bytes = Buffer.from([0xa5]);
    segments.push({ offset, length: 1, source: { kind: 'bytes', bytes } });
    end = offset + 1;
  }
  body(sizeBytes);
  return makeImage(sizeBytes, segments);
}

async function checkLarge(
  sizeBytes: number,
  blockSizeBytes: 1024 | 2048 | 4096,
  { skip }: TestContext,
): Promise<void> {
  const extentBytes = EXTENT_BLOCKS * blockSizeBytes;
  const marks = [0, extentBytes - 1, extentBytes, 4 * extentBytes, Math.floor(sizeBytes / 2)];
  const inside = new Set([...marks.filter((mark) => mark < sizeBytes - 1), sizeBytes - 1]);
  const ordered = [...inside].sort((a, b) => a - b);
  const image = planExt4(
    [{ type: 'file', path: '/model.gguf', data: markedData(sizeBytes, ordered) }],
    { label: 'ZOSIA_MODEL', blockSizeBytes },
  );
  const parent = await folderForMetadata(image);
  if (parent === undefined && !IS_COMPLETE_HOST) {
    return skip('no folder here holds a sparse file of this size');
  }
  expect(parent, 'a folder that holds a sparse file of this size').toBeDefined();
  const folder = await mkdtemp(join(parent!, 'zosia-'));
  try {
    const disk = join(folder, 'disk.img');
    await writeMetadata(image, disk);
    expect(e2fsck(disk)).toMatchObject({ status: 0 });
    const blocks = ordered.map((mark) => Math.floor(mark / blockSizeBytes));
    const answer = debugfs(disk, [
      'stat /model.gguf',
      ...blocks.map((block) => `bmap /model.gguf ${block}`),
    ]);
    expect(answer).toMatch(new RegExp(`Size: ${sizeBytes}$`, 'm'));
    const physical = [...answer.matchAll(/^(\d+)$/gm)].map(([, block]) => Number(block));
    expect(physical).toHaveLength(blocks.length);
    const file = await open(disk);
    for (const [i, mark] of ordered.entries()) {
      const at = physical[i]! * blockSizeBytes + (mark % blockSizeBytes);
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
      expect(buffer[0], `the byte at ${mark}`).toBe(0xa5);
    }
    await file.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}

describeWithE2fsprogs('a disk with one large file', () => {
  const cases: [string, number, 1024 | 2048 | 4096][] = [];
  for (const block of BLOCK_SIZES) {
    for (const extents of [1, 4]) {
      for (const difference of [-1, 0, 1]) {
        const name = `${extents} full extents ${difference < 0 ? '-' : '+'} ${Math.abs(difference)} blocks`;
        cases.push([name, (extents * EXTENT_BLOCKS + difference) * block, block]);
      }
    }
    cases.push(['2 GiB + 1 byte', 2 * GIB + 1, block]);
    cases.push(['42.5 GiB + 1 byte', 42.5 * GIB + 1, block]);
    cases.push(['100 GiB', 100 * GIB, block]);
  }
  cases.push(['1 TiB', TIB, 4096], ['1 TiB', TIB, 2048], ['1000 GiB', 1000 * GIB, 1024]);
  cases.push(['the 16 TiB limit', (2 ** 32 - 1) * 4096, 4096]);
  cases.push(['the 8 TiB limit', (2 ** 32 - 1) * 2048, 2048]);

  for (const [name, sizeBytes, blockSizeBytes] of cases) {
    it(`has no errors with ${name}: ${sizeBytes} bytes in blocks of ${blockSizeBytes}`, async (context) => {
      await checkLarge(sizeBytes, blockSizeBytes, context);
    });
  }
});
