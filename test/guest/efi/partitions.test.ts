import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { planGpt } from '../../../src/formats/gpt/plan.js';
import { holeData } from '../../../src/image/file-data.js';
import { imageBytes } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary.js';
import { FILE_SOURCES } from './file-sources.js';
import { MODEL_TYPE, OTHER_TYPE, diskStart } from './gpt-disk.js';
import type { DiskOptions, DiskPartition } from './gpt-disk.js';
import { buildWatchedProgram } from './programs.js';

const folder = temporaryFolder();
let program: string;
beforeAll(async () => {
  program = await buildWatchedProgram(folder.path, 'read_partitions', FILE_SOURCES, 'memory');
});

const MIB = 2n ** 20n;
/** 8 GiB in blocks of 512 bytes: what is behind its first 4 GiB is beyond 32 bits. */
const BLOCKS = 16n * 2n ** 20n;
const part = (firstBlock: bigint, lastBlock: bigint, type = MODEL_TYPE): DiskPartition => {
  return { type, firstBlock, lastBlock };
};
const SYSTEM = part(2048n, 4095n, OTHER_TYPE);
const MODEL = part(4096n, 12_000_000n);
const FOUND = 'own 4096+11995905';
const NOTHING = 'no disk has a partition that is a model';

interface Read extends DiskOptions {
  readonly blocks?: bigint;
  readonly offset?: bigint | number;
  readonly size?: bigint | number;
  readonly options?: readonly string[];
}

let images = 0;
async function writeImage(bytes: Uint8Array): Promise<string> {
  const path = join(folder.path, `disk-${images++}`);
  await writeFile(path, bytes);
  return path;
}

async function readImage(image: Uint8Array, read: Read = {}): Promise<string[]> {
  const { blockBytes = 512, blocks = BLOCKS, offset = 0, size = 1000, options = [] } = read;
  const args = [blockBytes, blocks, await writeImage(image), offset, size].map(String);
  return (await execa(program, [...args, ...options])).stdout.split('\n');
}

const readDisk = (partitions: readonly DiskPartition[], read: Read = {}): Promise<string[]> =>
  readImage(diskStart(read.blocks ?? BLOCKS, partitions, read), read);

describe('a partition that is a model', () => {
  it('is read beyond its first 4 GiB, as it is', async () => {
    const offset = 2n ** 32n - 3n;
    const lines = await readDisk([SYSTEM, MODEL], { offset, size: 5n * MIB });
    expect(lines).toEqual([FOUND, 'right, 4194304 at once, of 1 parts']);
  });

  it('is read from any byte to any byte, into any memory', async () => {
    for (const [offset, size, shift] of [
      [0, 512, 0],
      [1, 1, 0],
      [511, 2, 1],
      [513, 3000, 0],
      [32, 5_000_000, 480],
      [32, 5_000_000, 3],
      [0, 5_000_000, 7],
      [1023, 2_000_001, 1],
    ]) {
      for (const align of [0, 4, 512, 4096]) {
        const options = [`shift=${shift}`, `align=${align}`];
        const lines = await readDisk([MODEL], { offset: offset!, size: size!, options });
        expect(lines.at(-1), `${offset} ${size} ${shift} ${align}`).toMatch(/^right/);
      }
    }
  });

  it('is read where blocks have 4096 bytes', async () => {
    const blocks = 2n * 2n ** 20n;
    const read = { blocks, blockBytes: 4096, offset: 2n ** 32n + 5n, size: 3n * MIB };
    const lines = await readDisk([part(512n, 1_500_000n)], read);
    expect(lines).toEqual(['own 512+1499489', expect.stringMatching(/^right/)]);
  });

  it.each([2 ** 20, 2 ** 16, 4096, 512])(
    'is read in smaller pieces where the disk fails beyond %d bytes',
    async (max) => {
      const lines = await readDisk([MODEL], { size: 2n * MIB, options: [`max=${max}`] });
      expect(lines).toEqual([FOUND, `right, ${max} at once, of 1 parts`]);
    },
  );

  it('is read by way of memory that the disk reaches', async () => {
    const lines = await readDisk([MODEL], { size: MIB, options: ['high'] });
    expect(lines).toEqual([FOUND, 'right, 65536 at once, of 1 parts']);
  });

  it('is several, where it is split, in the order of the table', async () => {
    const parts = [part(9_000_000n, 9_000_999n), SYSTEM, part(100_000n, 200_000n)];
    for (const [number, found] of [
      [1, 'right, 512 at once, of 2 parts'],
      [2, 'right, 512 at once, of 2 parts'],
      [3, 'partition has no part 3'],
      [0, 'partition has no part 0'],
    ] as const) {
      const lines = await readDisk(parts, { size: 512, options: [`part=${number}`] });
      expect(lines).toEqual(['own 9000000+1000', 'own 100000+100001', found]);
    }
  });

  it('is that of the disk that the application was started from, or else of another', async () => {
    const other = `other=${await writeImage(diskStart(BLOCKS, [part(5000n, 5999n)]))}`;
    const both = await readDisk([MODEL], { size: 512, options: [other] });
    expect(both).toEqual([FOUND, 'other 5000+1000', 'right, 512 at once, of 1 parts']);
    const one = await readDisk([SYSTEM], { size: 512, options: [other] });
    expect(one).toEqual(['other 5000+1000', 'right, 512 at once, of 1 parts']);
  });

  it('ends where it ends', async () => {
    const size = 1000 * 512;
    const small = [part(5000n, 5999n)];
    expect((await readDisk(small, { offset: 1, size: size - 1 }))[1]).toMatch(/^right/);
    const beyond = await readDisk(small, { offset: 1, size });
    expect(beyond[1]).toBe('partition ends after 512000 bytes, and is to be longer');
  });
});

describe('a table of partitions', () => {
  it('is read from the end of the disk when its beginning is damaged', async () => {
    const typeGuid = '7a6f7369-6101-8d6f-a465-6c6767756601';
    const disk = planGpt([{ image: holeData(2 ** 20), name: 'model', typeGuid }]);
    const blocks = BigInt(disk.sizeBytes / 512);
    const whole = await imageBytes(disk);
    const found = ['own 2048+2048', expect.stringMatching(/ at once, of 1 parts$/)];
    expect(await readImage(whole, { blocks, size: 512 })).toEqual(found);
    for (const at of [512, 530, 1024]) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1;
      expect(await readImage(damaged, { blocks, size: 512 }), String(at)).toEqual(found);
      damaged[damaged.length - 512]! ^= 1;
      expect(await readImage(damaged, { blocks, size: 512 }), String(at)).toEqual([NOTHING]);
    }
  });

  it.each<[string, (header: Buffer) => void]>([
    ['more entries than any has', (header) => header.writeUInt32LE(0xffff_ffff, 80)],
    ['no entries', (header) => header.writeUInt32LE(0, 80)],
    ['entries of no bytes', (header) => header.writeUInt32LE(0, 84)],
    ['entries of gigabytes', (header) => header.writeUInt32LE(0x8000_0000, 84)],
    ['a longer table than fits into memory', (header) => header.writeUInt32LE(16_384, 84)],
    ['a header longer than a block', (header) => header.writeUInt32LE(513, 12)],
    ['a header of no bytes', (header) => header.writeUInt32LE(0, 12)],
    ['another place of its own', (header) => header.writeBigUInt64LE(2n, 24)],
    ['a table behind the disk', (header) => header.writeBigUInt64LE(BLOCKS, 72)],
    ['a table that wraps round', (header) => header.writeBigUInt64LE(2n ** 64n - 8n, 72)],
    ['room behind the disk', (header) => header.writeBigUInt64LE(BLOCKS, 48)],
    ['room that ends before it starts', (header) => header.writeBigUInt64LE(33n, 48)],
  ])('is none that has %s', async (_, changeHeader) => {
    expect(await readDisk([MODEL], { changeHeader })).toEqual([NOTHING]);
  });

  it.each<[string, DiskPartition]>([
    ['behind the disk', part(4096n, BLOCKS)],
    ['in the table itself', part(3n, 9000n)],
    ['to its own beginning', part(9000n, 8999n)],
    ['round the end of all numbers', part(2n ** 64n - 9n, 2n ** 64n - 1n)],
  ])('loses a partition that reaches %s', async (_, wrong) => {
    expect(await readDisk([wrong, MODEL], { size: 512 })).toEqual([
      FOUND,
      'right, 512 at once, of 1 parts',
    ]);
  });

  it('may have long entries, and many', async () => {
    const read = { entryBytes: 256, entryCount: 1024, size: 512 };
    expect((await readDisk([part(4096n, 5000n)], read))[0]).toBe('own 4096+905');
  });

  it.each(['logical', 'absent'])('is not looked for where the disk is %s', async (option) => {
    expect(await readDisk([MODEL], { options: [option] })).toEqual([NOTHING]);
  });

  it.each([0, 1, 511, 768, 131_072])('is not looked for in blocks of %d bytes', async (bytes) => {
    expect(await readImage(diskStart(BLOCKS, [MODEL]), { blockBytes: bytes })).toEqual([NOTHING]);
  });
});
