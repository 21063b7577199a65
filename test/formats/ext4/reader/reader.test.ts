import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openExt4 } from '../../../../src/formats/ext4/reader/reader.js';
import type { Ext4Reader, Ext4Walked } from '../../../../src/formats/ext4/reader/reader.js';
import { writeFields } from '../../../../src/formats/fields.js';
import {
  EXTENT,
  EXTENT_HEADER_BYTES,
  MAX_EXTENT_BLOCKS,
} from '../../../../src/formats/ext4/layout/extent.js';
import { INODE } from '../../../../src/formats/ext4/layout/inode.js';
import { bytesData } from '../../../../src/formats/ext4/plan.js';
import { bytesSegment, makeImage } from '../../../../src/image/image.js';
import { accessBytes } from '../../../../src/image/random-access.js';
import { zosiaError } from '../../../support/errors.js';
import { alternating, everything, ext4Bytes } from './images.js';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function open(...args: Parameters<typeof ext4Bytes>): Promise<Ext4Reader> {
  return openExt4(accessBytes(await ext4Bytes(...args)));
}

async function read(reader: Ext4Reader, path: string | Uint8Array): Promise<Buffer> {
  const file = await reader.open(path);
  return Buffer.from(await file.read(0, file.sizeBytes));
}

describe('openExt4', () => {
  it('returns the values of the superblock', async () => {
    const uuid = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
    const { superblock } = await open([], { label: 'étiquette', uuid, epochSeconds: 1e9 });
    expect(superblock).toMatchObject({
      label: 'étiquette',
      uuid: '01020304-0506-0708-090a-0b0c0d0e0f10',
      blockSizeBytes: 1024,
      reservedBlockCount: 0,
      madeSeconds: 1e9,
      mountedSeconds: 0,
      maxMountCount: undefined,
      journal: undefined,
      state: { clean: true, errors: false, orphans: false },
      unknownFeatures: [],
    });
    expect([...superblock.features]).toEqual(
      expect.arrayContaining(['extent', '64bit', 'metadata_csum', 'dir_index', 'sparse_super2']),
    );
  });

  it('lists the groups', async () => {
    const reader = await open([], { sizeBytes: 20 * 1024 * 1024 });
    const groups = await collect(reader.groups());
    expect(groups).toHaveLength(reader.superblock.groupCount);
    expect(groups.length).toBeGreaterThan(1);
    const free = groups.reduce((sum, { freeBlockCount }) => sum + freeBlockCount, 0);
    expect(free).toBe(reader.superblock.freeBlockCount);
    const blocks = groups.reduce((sum, { blockCount }) => sum + blockCount, 0);
    expect(blocks).toBe(reader.superblock.blockCount - reader.superblock.firstDataBlock);
  });

  it.each([
    ['an empty file', new Uint8Array(0)],
    ['a file of 2000 bytes', new Uint8Array(2000)],
    ['zeros', new Uint8Array(65_536)],
  ])('refuses %s', async (_name, bytes) => {
    await expect(openExt4(accessBytes(bytes))).rejects.toThrow(zosiaError('ZOSIA_NOT_EXT4'));
  });

  it('refuses an image that was cut off', async () => {
    const bytes = await ext4Bytes(everything());
    const cut = bytes.subarray(0, bytes.length - 1024);
    await expect(openExt4(accessBytes(cut))).rejects.toThrow(zosiaError('ZOSIA_EXT4_CORRUPT'));
  });

  it('refuses damage in the superblock, unless checksums are not verified', async () => {
    const bytes = await ext4Bytes([]);
    bytes[1024 + 0x78]! ^= 1;
    await expect(openExt4(accessBytes(bytes))).rejects.toThrow(zosiaError('ZOSIA_EXT4_CORRUPT'));
    const reader = await openExt4(accessBytes(bytes), { verifyChecksums: false });
    expect(reader.superblock.label).toBe('UEST');
  });
});

describe('a path', () => {
  it('leads through symlinks, and never out of the image', async () => {
    const reader = await open(everything());
    for (const path of ['/small', 'small', '/deep/er/linked', '/fast/linked', '/outside']) {
      expect((await read(reader, path)).toString()).toBe('sixteen bytes...');
    }
    expect((await reader.stat('/fast/../../../small')).inode).toBe(
      (await reader.stat('/small')).inode,
    );
    expect(await reader.lstat('/fast')).toMatchObject({ type: 'symlink', sizeBytes: 7 });
    expect(await reader.stat('/fast')).toMatchObject({ type: 'directory' });
  });

  it.each([
    ['/nothing', 'ZOSIA_EXT4_NO_SUCH_PATH'],
    ['/small/inside', 'ZOSIA_EXT4_NO_SUCH_PATH'],
    ['/dangling', 'ZOSIA_EXT4_NO_SUCH_PATH'],
    ['/round', 'ZOSIA_EXT4_SYMLINK_LOOP'],
    ['/deep', 'ZOSIA_EXT4_NOT_A_FILE'],
    ['/fifo', 'ZOSIA_EXT4_NOT_A_FILE'],
  ])('%s is refused with %s', async (path, code) => {
    const reader = await open(everything());
    await expect(reader.open(path)).rejects.toThrow(zosiaError(code));
  });

  it('is refused when it leads to the wrong type', async () => {
    const reader = await open(everything());
    await expect(collect(reader.list('/small'))).rejects.toThrow(
      zosiaError('ZOSIA_EXT4_NOT_A_DIRECTORY'),
    );
    await expect(reader.readLink('/small')).rejects.toThrow(zosiaError('ZOSIA_EXT4_NOT_A_SYMLINK'));
  });
});

describe('Ext4Reader', () => {
  it('returns attributes, devices and symlink targets', async () => {
    const mtime = { seconds: -86_400, nanoseconds: 999_999_999 };
    const crtime = { seconds: 4_294_967_296 + 5, nanoseconds: 1 };
    const reader = await open([
      ...everything(),
      { type: 'directory', path: '/owned', mode: 0o2751, uid: 70_000, gid: 1, mtime, crtime },
    ]);
    expect(await reader.stat('/owned')).toMatchObject({
      type: 'directory',
      mode: 0o2751,
      uid: 70_000,
      gid: 1,
      mtime,
      atime: mtime,
      crtime,
      linkCount: 2,
    });
    expect((await reader.stat('/console')).device).toEqual({ major: 5, minor: 1 });
    expect((await reader.stat('/disk')).device).toEqual({ major: 259, minor: 70_000 });
    expect(Buffer.from(await reader.readLink('/fast')).toString()).toBe('deep/er');
    expect(await reader.readLink('/slow')).toHaveLength(157);
  });

  it('returns extended attributes from the inode and from a block', async () => {
    const acl = Buffer.from('0200000001000600ffffffff0200040039300000', 'hex');
    const more = Buffer.from('04000400ffffffff10000400ffffffff20000400ffffffff', 'hex');
    const attributes = new Map<string, Uint8Array>([
      ['security.selinux', Buffer.from('label\0')],
      ['system.posix_acl_access', Buffer.concat([acl, more])],
      ['trusted.empty', new Uint8Array(0)],
      ['user.long', Buffer.alloc(700, 3)],
      ['user.schön', Buffer.from('value')],
    ]);
    const data = bytesData(new Uint8Array(0));
    const reader = await open([{ type: 'file', path: '/f', data, xattrs: attributes }]);
    const found = await reader.xattrs('/f');
    expect([...found.keys()]).toEqual([...attributes.keys()]);
    for (const [name, value] of attributes) {
      expect(Buffer.compare(found.get(name)!, value), name).toBe(0);
    }
    expect(await reader.xattrs('/')).toEqual(new Map());
  });

  it('lists a directory with a hash tree', async () => {
    const reader = await open(everything());
    const entries = await collect(reader.list('/many'));
    expect(entries).toHaveLength(200);
    const names = entries.map(({ name }) => name);
    expect(new Set(names).size).toBe(200);
    expect(names).toContain('a file with quite a long name 199');
    expect(entries.every(({ type }) => type === 'file')).toBe(true);
  });

  it('reads any part of a file with holes and a deep extent tree', async () => {
    const entry = alternating(400, 1024);
    const reader = await open([entry]);
    const file = await reader.open('/alternating');
    const whole = Buffer.from(await file.read(0, file.sizeBytes));
    const expected = Buffer.alloc(800 * 1024);
    for (let i = 0; i < 400; i++) expected[2 * i * 1024] = 1 + (i % 255);
    expect(whole.equals(expected)).toBe(true);
    const extents = await collect(reader.fileExtents('/alternating'));
    expect(extents).toHaveLength(400);
    expect(extents[7]).toMatchObject({ fileBlock: 14, blockCount: 1, written: true });
    await fc.assert(
      fc.asyncProperty(fc.nat(800 * 1024), fc.nat(5000), async (offset, wanted) => {
        const length = Math.min(wanted, file.sizeBytes - offset);
        const part = await file.read(offset, length);
        expect(expected.subarray(offset, offset + length).equals(part)).toBe(true);
      }),
      { numRuns: 60 },
    );
    await expect(file.read(file.sizeBytes, 1)).rejects.toThrow(RangeError);
  });

  it('reads unwritten extents as zeros', async () => {
    const data = bytesData(new Uint8Array(2000).fill(9));
    const bytes = await ext4Bytes([{ type: 'file', path: '/f', data }]);
    const sound = await openExt4(accessBytes(bytes));
    const { inode } = await sound.stat('/f');
    const { inodeTableBlock } = (await sound.groups().next()).value!;
    const at = inodeTableBlock * 1024 + (inode - 1) * 256 + INODE.block.offset;
    const length = MAX_EXTENT_BLOCKS + 2;
    writeFields(EXTENT, bytes, at + EXTENT_HEADER_BYTES, { length });
    const reader = await openExt4(accessBytes(bytes), { verifyChecksums: false });
    expect((await read(reader, '/f')).equals(Buffer.alloc(2000))).toBe(true);
    expect(await collect(reader.fileExtents('/f'))).toMatchObject([
      { fileBlock: 0, blockCount: 2, written: false },
    ]);
  });

  it('walks every path, parents first, and hard links with their inode', async () => {
    const entries = everything();
    const reader = await open(entries);
    const walked = await collect(reader.walk());
    const paths = walked.map(({ path }) => path);
    const expected = ['/', '/lost+found', '/many', '/deep', '/deep/er'];
    for (const { path } of entries) expected.push(String(path));
    expect([...paths].sort()).toEqual(expected.sort());
    paths.forEach((path, i) => {
      const parent = path.slice(0, path.lastIndexOf('/')) || '/';
      expect(paths.slice(0, i + 1), path).toContain(parent);
    });
    const byPath = new Map(walked.map((entry): [string, Ext4Walked] => [entry.path, entry]));
    expect(byPath.get('/deep/er/linked')!.stat).toEqual(byPath.get('/small')!.stat);
    expect(byPath.get('/small')!.stat.linkCount).toBe(2);
  });

  it('reads back the files that planExt4 wrote', async () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((bytes) => bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x41 : byte)))
      .filter((bytes) => !bytes.every((byte) => byte === 0x2e));
    const file = fc.record({
      name,
      pieces: fc.uniqueArray(fc.nat(60), { maxLength: 12 }),
      sizeBytes: fc.nat(64 * 1024),
      mode: fc.nat(0o7777),
      uid: fc.nat(0xffff_ffff),
      seconds: fc.integer({ min: -0x8000_0000, max: 0x2_7fff_ffff }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(file, {
          maxLength: 12,
          selector: (each) => Buffer.from(each.name).toString('latin1'),
        }),
        fc.constantFrom(1024, 2048, 4096),
        async (files, blockSizeBytes) => {
          const entries = files.map((each) => {
            const path = Uint8Array.from(Buffer.concat([Buffer.from('/'), each.name]));
            const pieces = each.pieces.filter((at) => (at + 1) * 1024 <= each.sizeBytes);
            const data = makeImage(
              each.sizeBytes,
              pieces.map((at) => bytesSegment(at * 1024, Buffer.alloc(1 + at * 9, at + 1))),
            );
            const { mode, uid, seconds } = each;
            return { type: 'file', path, data, mode, uid, mtime: { seconds } } as const;
          });
          const reader = await openExt4(accessBytes(await ext4Bytes(entries, { blockSizeBytes })));
          for (const { path, data, mode, uid, mtime } of entries) {
            const stat = await reader.lstat(path);
            expect(stat).toMatchObject({ type: 'file', mode, uid, sizeBytes: data.sizeBytes });
            expect(stat.mtime).toEqual({ ...mtime, nanoseconds: 0 });
            const bytes = Buffer.alloc(data.sizeBytes);
            for (const { offset, source } of data.segments) {
              if (source.kind === 'bytes') bytes.set(source.bytes, offset);
            }
            expect((await read(reader, path)).equals(bytes)).toBe(true);
          }
          // Paths that walk gives as text lead back to the same inodes.
          for await (const { path, pathBytes, stat } of reader.walk()) {
            expect((await reader.lstat(path)).inode).toBe(stat.inode);
            expect((await reader.lstat(pathBytes)).inode).toBe(stat.inode);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
