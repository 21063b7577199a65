import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../src/errors.js';
import { CRC32C_START, crc32c } from '../../src/formats/ext4/crc32c.js';
import { writeFields } from '../../src/formats/fields.js';
import {
  SUPERBLOCK,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_OFFSET,
} from '../../src/formats/ext4/layout/superblock.js';
import { verifyFat } from '../../src/formats/fat/check/checker.js';
import { openVolume as openFatVolume } from '../../src/formats/fat/reader/volume.js';
import { verifyExt4 } from '../../src/formats/ext4/check/checker.js';
import { readPartitionTable } from '../../src/formats/gpt/reader.js';
import { accessBytes } from '../../src/image/random-access.js';
import { cpioTree } from '../../src/inspect/cpio/tree.js';
import { mapExt4 } from '../../src/inspect/ext4/map.js';
import { ext4Tree } from '../../src/inspect/ext4/tree.js';
import { openExt4Volume } from '../../src/inspect/ext4/volume.js';
import { describeFat } from '../../src/inspect/fat/describe.js';
import { fatTree } from '../../src/inspect/fat/tree.js';
import type { ImageTree } from '../../src/inspect/node.js';
import { openImage } from '../../src/inspect/open-image.js';
import { recognise } from '../../src/inspect/recognise.js';
import { walkTree } from '../../src/inspect/walk.js';
import { counting } from '../formats/ext4/reader/images.js';
import { gptBytes } from '../formats/gpt/disks.js';
import { imageBytes } from '../support/images.js';
import { temporaryFolder } from '../support/temporary.js';
import { fatBytes } from './fat/samples.js';
import { cpioBytes, ext4, listAll } from './samples.js';

const KIB = 1024;
const FILE_BYTES = 64 * KIB;
/** Everything that is read, each byte as often as it is read: a bound on both time and memory. */
const MAX_READ_BYTES = 8 << 20;

/** Everything that reads an image; each of them may end in an error. */
const USES: readonly ((source: ReturnType<typeof accessBytes>) => Promise<unknown>)[] = [
  (source) => recognise(source),
  (source) => readPartitionTable(source),
  async (source) => listAll(ext4Tree(await openExt4Volume(source))),
  async (source) => mapExt4(await openExt4Volume(source)),
  (source) => verifyExt4(source),
  async (source) => readAll(fatTree(await openFatVolume(source))),
  async (source) => describeFat(source),
  (source) => verifyFat(source),
  async (source) => listAll(await cpioTree(source)),
];

/** Lists everything, and reads the end of each file. */
async function readAll(tree: ImageTree): Promise<void> {
  for await (const { node } of walkTree(tree, await tree.lookUp('/', false))) {
    if (node.type !== 'file') continue;
    const content = await node.open().catch(expectZosiaError);
    if (content)
      await content.read(Math.max(0, content.sizeBytes - 9), Math.min(9, content.sizeBytes));
  }
}

function expectZosiaError(error: unknown): undefined {
  expect(error).toBeInstanceOf(ZosiaError);
}

async function survives(bytes: Uint8Array): Promise<void> {
  for (const use of USES) {
    const source = counting(bytes);
    await use(source).catch(expectZosiaError);
    expect(source.readBytes).toBeLessThan(MAX_READ_BYTES);
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  const file = new Uint8Array(FILE_BYTES);
  file.set(bytes.subarray(0, FILE_BYTES));
  return file;
}

const changes = fc.array(fc.tuple(fc.nat(FILE_BYTES - 1), fc.nat(255)), { maxLength: 40 });
/** Changes to the first blocks, where every field leads somewhere. */
const earlyChanges = fc.array(fc.tuple(fc.nat(8 * KIB), fc.nat(255)), { maxLength: 10 });

function changed(bytes: Uint8Array, all: readonly (readonly [number, number])[]): Uint8Array {
  const copy = bytes.slice();
  for (const [at, value] of all) copy[at] = value;
  return copy;
}

/** Changes the superblock's fields and corrects its checksum, as an attacker would. */
function forged(bytes: Uint8Array, all: readonly (readonly [number, number])[]): Uint8Array {
  const copy = bytes.slice();
  const superblock = copy.subarray(SUPERBLOCK_OFFSET, SUPERBLOCK_OFFSET + SUPERBLOCK_BYTES);
  for (const [at, value] of all) superblock[at] = value;
  const checksum = crc32c(CRC32C_START, superblock.subarray(0, SUPERBLOCK.checksum.offset));
  writeFields(SUPERBLOCK, superblock, 0, { checksum });
  return copy;
}

describe('a hostile file of 64 KiB', () => {
  it('of random bytes causes few reads, and no error but a ZosiaError', async () => {
    const file = fc.uint8Array({ minLength: FILE_BYTES, maxLength: FILE_BYTES, size: 'max' });
    await fc.assert(fc.asyncProperty(file, survives), { numRuns: 20 });
  });

  it.each([
    ['ext4', async () => padded(await imageBytes(ext4()))],
    ['FAT', async () => padded(await fatBytes())],
    ['a GPT', () => Promise.resolve(gptBytes(128, [{ firstSector: 40, lastSector: 80 }]))],
    ['cpio', async () => padded(await cpioBytes([{ type: 'directory', path: '/a', mode: 0o755 }]))],
  ])('made from %s causes few reads, and no error but a ZosiaError', async (_what, make) => {
    const sound = await make();
    await fc.assert(
      fc.asyncProperty(fc.oneof(changes, earlyChanges), (all) => survives(changed(sound, all))),
      { numRuns: 150 },
    );
  });

  it('with a forged superblock causes few reads, and no error but a ZosiaError', async () => {
    const sound = padded(await imageBytes(ext4()));
    // Nearly all of the fields that count lie in the first 384 bytes.
    const fields = fc.array(fc.tuple(fc.nat(384), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fields, changes, (all, others) =>
        survives(
          changed(
            forged(sound, all),
            others.filter(([at]) => at >= 2048),
          ),
        ),
      ),
      { numRuns: 300 },
    );
  });

  it('with a forged boot sector causes few reads, and no error but a ZosiaError', async () => {
    const sound = padded(await fatBytes());
    // The fields that count, but for the signature and the jump.
    const fields = fc.array(fc.tuple(fc.integer({ min: 0xb, max: 0x40 }), fc.nat(255)), {
      minLength: 1,
      maxLength: 3,
    });
    const others = fc.array(fc.tuple(fc.nat(8 * KIB), fc.nat(255)), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fields, others, (forgery, more) =>
        survives(changed(sound, [...more.filter(([at]) => at >= 512), ...forgery])),
      ),
      { numRuns: 300 },
    );
  });

  it('that unpacks to many zeros is rejected as no initramfs', async () => {
    const folder = temporary;
    const bomb = gzipSync(Buffer.alloc(60 << 20));
    expect(bomb.length).toBeLessThan(FILE_BYTES);
    await writeFile(folder.file('bomb'), bomb);
    await expect(openImage(folder.file('bomb'))).rejects.toThrow(/no initramfs/);
  });

  const temporary = temporaryFolder();

  it('that is a gzipped archive is opened, and its damage is reported if it is truncated', async () => {
    const packed = gzipSync(await cpioBytes([{ type: 'directory', path: '/a', mode: 0o755 }]));
    await writeFile(temporary.file('packed'), packed);
    const image = await openImage(temporary.file('packed'));
    expect(await listAll(await image.tree())).toHaveLength(1);
    await image.close();
    const short = (await readFile(temporary.file('packed'))).subarray(0, -9);
    await writeFile(temporary.file('packed'), short);
    const damaged = await openImage(temporary.file('packed'));
    const tree = await damaged.tree();
    expect(tree.damage).toMatchObject({ code: 'ZOSIA_GZIP_CORRUPT' });
    expect(await listAll(tree)).toHaveLength(1);
    await damaged.close();
  });
});
