import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../../src/errors.js';
import { writeFields } from '../../../../src/formats/fields.js';
import { BLOCK_MAP } from '../../../../src/formats/ext4/layout/block-map.js';
import {
  DIRECTORY_ENTRY,
  DIRECTORY_ENTRY_HEADER_BYTES,
} from '../../../../src/formats/ext4/layout/directory.js';
import { INODE } from '../../../../src/formats/ext4/layout/inode.js';
import {
  ROOT_INODE,
  SUPERBLOCK,
  SUPERBLOCK_OFFSET,
} from '../../../../src/formats/ext4/layout/superblock.js';
import { verifyExt4 } from '../../../../src/formats/ext4/check/checker.js';
import { openExt4 } from '../../../../src/formats/ext4/reader/reader.js';
import type { Ext4Reader } from '../../../../src/formats/ext4/reader/reader.js';
import { bytesData } from '../../../../src/formats/ext4/plan.js';
import { accessBytes } from '../../../../src/image/random-access.js';
import { zosiaError } from '../../../support/errors.js';
import { counting, everything, ext4Bytes } from './images.js';

const MIB = 1 << 20;
/** More than a reader may ever read of a small image, and would if it went round in a circle. */
const MAX_READ_BYTES = 256 * MIB;

/** Uses everything that a reader can do; damage may throw anywhere, but only a ZosiaError. */
async function exercise(reader: Ext4Reader): Promise<void> {
  const attempts: (() => Promise<unknown>)[] = [];
  const tolerate = async (attempt: () => Promise<unknown>): Promise<void> => {
    try {
      await attempt();
    } catch (error) {
      if (!(error instanceof ZosiaError)) throw error;
    }
  };
  await tolerate(async () => {
    for await (const group of reader.groups()) expect(group.number).toBeGreaterThanOrEqual(0);
  });
  await tolerate(async () => {
    for await (const { path, stat } of reader.walk()) {
      attempts.push(
        () => reader.stat(path),
        () => reader.xattrs(stat),
        () => reader.readLink(stat),
        async () => {
          let blocks = 0;
          for await (const extent of reader.fileExtents(stat)) blocks += extent.blockCount;
          expect(blocks).toBeLessThanOrEqual(reader.superblock.blockCount);
        },
        async () => {
          const file = await reader.open(stat);
          await file.read(0, Math.min(file.sizeBytes, 4096));
          const end = Math.min(4096, file.sizeBytes);
          await file.read(file.sizeBytes - end, end);
        },
      );
    }
  });
  for (const attempt of attempts.slice(0, 300)) await tolerate(attempt);
}

async function survive(bytes: Uint8Array): Promise<void> {
  for (const verifyChecksums of [true, false]) {
    const source = counting(bytes);
    try {
      await exercise(await openExt4(source, { verifyChecksums }));
    } catch (error) {
      if (!(error instanceof ZosiaError)) throw error;
    }
    expect(source.readBytes).toBeLessThan(MAX_READ_BYTES);
  }
  const source = counting(bytes);
  try {
    const { problems } = await verifyExt4(source, { maxProblems: 50 });
    expect(problems.length).toBeLessThanOrEqual(50);
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
  }
  expect(source.readBytes).toBeLessThan(MAX_READ_BYTES);
}

/** Bytes to be changed: mostly where the metadata lie, at the front. */
const mutations = (sizeBytes: number): fc.Arbitrary<{ at: number; bytes: Uint8Array }[]> =>
  fc.array(
    fc.record({
      at: fc.oneof(fc.nat(sizeBytes - 9), fc.integer({ min: 1024, max: 2200 })),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        fc.constantFrom(Uint8Array.of(0xff, 0xff, 0xff, 0xff), Uint8Array.of(0, 0, 0, 0)),
      ),
    }),
    { minLength: 1, maxLength: 20 },
  );

describe('a damaged image', () => {
  it('is read or refused, but never crashes or hangs the reader or the check', async () => {
    const sound = await ext4Bytes(everything());
    await fc.assert(
      fc.asyncProperty(mutations(sound.length), async (changes) => {
        const bytes = sound.slice();
        for (const change of changes) bytes.set(change.bytes, change.at);
        await survive(bytes);
      }),
      { numRuns: 60 },
    );
  });

  it('is read or refused with random bytes after a sound superblock', async () => {
    const sound = await ext4Bytes([], { sizeBytes: 65_536 });
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const bytes = sound.slice();
        let state = seed >>> 0;
        for (let i = 2048 + (seed & 1) * 2048; i < bytes.length; i++) {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          bytes[i] = state >>> 24;
        }
        await survive(bytes);
      }),
      { numRuns: 60 },
    );
  });

  it('is read or refused when it has random bytes only', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 0, maxLength: 65_536 }), survive), {
      numRuns: 30,
    });
  });
});

/** A file's inode is the last one, which has nothing after it: easily found. */
async function withFile(
  change: (inode: Uint8Array, block: (number: number) => Uint8Array) => void,
): Promise<Ext4Reader> {
  const data = bytesData(new Uint8Array(5000).fill(1));
  const bytes = await ext4Bytes([{ type: 'file', path: '/f', data }], { sizeBytes: 65_536 });
  const sound = await openExt4(accessBytes(bytes));
  const { inode } = await sound.stat('/f');
  const group = (await sound.groups().next()).value!;
  const at = group.inodeTableBlock * 1024 + (inode - 1) * 256;
  change(bytes.subarray(at, at + 256), (number) =>
    bytes.subarray(number * 1024, (number + 1) * 1024),
  );
  return openExt4(accessBytes(bytes), { verifyChecksums: false });
}

async function countBlocks(reader: Ext4Reader): Promise<number> {
  let blocks = 0;
  for await (const { blockCount } of reader.fileExtents('/f')) blocks += blockCount;
  return blocks;
}

describe('Ext4Reader on loops', () => {
  it('rejects a loop of indirect blocks', async () => {
    const reader = await withFile((inode, block) => {
      const map = new Uint8Array(INODE.block.width);
      // The block of triple indirection leads to itself, 256 times.
      const view = new DataView(map.buffer);
      view.setUint32((BLOCK_MAP.directPointers + 2) * BLOCK_MAP.pointerBytes, 60, true);
      const pointers = block(60);
      const loop = new DataView(pointers.buffer, pointers.byteOffset, pointers.length);
      for (let i = 0; i < 1024; i += 4) loop.setUint32(i, 60, true);
      writeFields(INODE, inode, 0, { block: map, flags: 0, sizeHigh: 1 });
    });
    await expect(countBlocks(reader)).rejects.toThrow(zosiaError('ZOSIA_EXT4_CORRUPT'));
  });

  it('rejects a loop of directories', async () => {
    const bytes = await ext4Bytes([{ type: 'fifo', path: '/directory/unmistakable' }]);
    const entry = Buffer.from(bytes).indexOf('unmistakable') - DIRECTORY_ENTRY_HEADER_BYTES;
    writeFields(DIRECTORY_ENTRY, bytes, entry, { inode: ROOT_INODE });
    const reader = await openExt4(accessBytes(bytes), { verifyChecksums: false });
    const walk = async (): Promise<void> => {
      for await (const { path } of reader.walk()) expect(path.length).toBeLessThan(40);
    };
    await expect(walk()).rejects.toThrow(zosiaError('ZOSIA_EXT4_CORRUPT'));
    await expect(walk()).rejects.toThrow('once more, at /directory/unmistakable');
  });

  it('rejects indirect blocks that repeat the same holes', async () => {
    const reader = await withFile((inode, block) => {
      const map = new Uint8Array(INODE.block.width);
      const view = new DataView(map.buffer);
      view.setUint32((BLOCK_MAP.directPointers + 2) * BLOCK_MAP.pointerBytes, 60, true);
      for (const number of [60, 61]) {
        const pointers = block(number);
        const into = new DataView(pointers.buffer, pointers.byteOffset, pointers.length);
        for (let i = 0; i < 1024; i += 4) into.setUint32(i, number + 1, true);
      }
      block(62).fill(0);
      writeFields(INODE, inode, 0, { block: map, flags: 0, sizeHigh: 1 });
    });
    await expect(countBlocks(reader)).rejects.toThrow(zosiaError('ZOSIA_EXT4_CORRUPT'));
  });
});

describe('Ext4Reader on sizes and features', () => {
  it('reads the end of a huge sparse file without allocating its size', async () => {
    const reader = await withFile((inode) => {
      writeFields(INODE, inode, 0, { sizeHigh: 0x7fff });
    });
    const file = await reader.open('/f');
    expect(file.sizeBytes).toBeGreaterThan(2 ** 46);
    expect(Buffer.from(await file.read(file.sizeBytes - 10, 10)).equals(Buffer.alloc(10))).toBe(
      true,
    );
  });

  it('rejects a file size past 2^53', async () => {
    const reader = await withFile((inode) => {
      writeFields(INODE, inode, 0, { sizeHigh: 0x20_0000 });
    });
    await expect(reader.open('/f')).rejects.toThrow(zosiaError('ZOSIA_EXT4_CORRUPT'));
  });

  it.each([
    ['blocksCountLow', 0xffff_ffff],
    ['inodesPerGroup', 0],
    ['inodesPerGroup', 0xffff_fff8],
    ['blocksPerGroup', 0],
    ['blocksPerGroup', 7],
    ['logBlockSize', 40],
    ['inodeSize', 0],
    ['inodeSize', 300],
    ['descriptorSize', 0],
    ['descriptorSize', 48],
    ['firstDataBlock', 5000],
    ['firstInode', 0],
    ['revision', 9],
  ] as const)('rejects %s of %d in the superblock', async (field, value) => {
    const bytes = await ext4Bytes([]);
    writeFields(SUPERBLOCK, bytes, SUPERBLOCK_OFFSET, { [field]: value });
    await expect(openExt4(accessBytes(bytes), { verifyChecksums: false })).rejects.toThrow(
      zosiaError('ZOSIA_EXT4_CORRUPT'),
    );
  });

  it.each([
    ['featureIncompat', 0x1000, 'dirdata'],
    ['featureIncompat', 0x100_0000, 'incompat 0x1000000'],
    ['featureIncompat', 0x1, 'compression'],
  ] as const)('rejects %s of %d and names the feature %s', async (field, bit, name) => {
    const bytes = await ext4Bytes([]);
    writeFields(SUPERBLOCK, bytes, SUPERBLOCK_OFFSET, { [field]: bit });
    const opening = openExt4(accessBytes(bytes), { verifyChecksums: false });
    await expect(opening).rejects.toThrow(zosiaError('ZOSIA_EXT4_UNSUPPORTED_FEATURE'));
    await expect(opening).rejects.toThrow(name);
  });
});
