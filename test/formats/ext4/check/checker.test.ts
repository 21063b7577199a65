import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crc32c,
  crc32cWord,
  inodeSeed,
  CRC32C_START,
} from '../../../../src/formats/ext4/crc32c.js';
import { low16, readNumber, writeFields } from '../../../../src/formats/fields.js';
import { DIRECTORY_ENTRY } from '../../../../src/formats/ext4/layout/directory.js';
import { GROUP_DESCRIPTOR } from '../../../../src/formats/ext4/layout/group-descriptor.js';
import { INODE } from '../../../../src/formats/ext4/layout/inode.js';
import { SUPERBLOCK, SUPERBLOCK_OFFSET } from '../../../../src/formats/ext4/layout/superblock.js';
import { verifyExt4 } from '../../../../src/formats/ext4/check/checker.js';
import type { Ext4Report } from '../../../../src/formats/ext4/check/checker.js';
import { openExt4 } from '../../../../src/formats/ext4/reader/reader.js';
import type { Ext4Group, Ext4Reader } from '../../../../src/formats/ext4/reader/reader.js';
import { bytesData } from '../../../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../../../src/formats/ext4/plan.js';
import { accessBytes } from '../../../../src/image/random-access.js';
import { zosiaError } from '../../../support/errors.js';
import { everything, ext4Bytes } from '../reader/images.js';

async function check(bytes: Uint8Array): Promise<Ext4Report> {
  return verifyExt4(accessBytes(bytes));
}

describe('verifyExt4 on a sound image', () => {
  it.each([1024, 2048, 4096] as const)('finds nothing, %d-byte blocks', async (blockSizeBytes) => {
    const report = await check(await ext4Bytes(everything(), { blockSizeBytes }));
    expect(report.problems).toEqual([]);
    expect(report.summary).toMatchObject({
      // The hard link is no file of its own.
      fileCount: 203,
      directoryCount: 5,
      symlinkCount: 5,
      specialFileCount: 4,
      hasChecksums: true,
      problemCount: 0,
    });
  });

  it.each([
    ['with free space', { sizeBytes: 40 << 20 }],
    ['with a size of no whole blocks', { sizeBytes: (9 << 20) + 12_345 }],
  ])('finds nothing %s', async (_name, options) => {
    expect((await check(await ext4Bytes(everything(), options))).problems).toEqual([]);
  });

  it('finds nothing in trees of any shape', async () => {
    const name = fc.stringMatching(/^[a-z]{1,12}$/);
    const path = fc
      .array(name, { minLength: 1, maxLength: 4 })
      .map((names) => `/d-${names.join('/d-')}`);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(path, fc.nat(20_000)), { maxLength: 60, selector: ([p]) => p }),
        fc.constantFrom(1024, 2048, 4096),
        async (files, blockSizeBytes) => {
          const entries = files.map(([directory, sizeBytes]): Ext4Entry => ({
            type: 'file',
            path: `${directory}/f`,
            data: bytesData(new Uint8Array(sizeBytes)),
          }));
          expect((await check(await ext4Bytes(entries, { blockSizeBytes }))).problems).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** An image, the places of its structures, and changes to them that update the checksums. */
class Patient {
  private constructor(
    readonly bytes: Uint8Array,
    readonly reader: Ext4Reader,
    readonly group: Ext4Group,
  ) {}

  static async of(entries: Ext4Entry[]): Promise<Patient> {
    const bytes = await ext4Bytes(entries, { sizeBytes: 1 << 20 });
    const reader = await openExt4(accessBytes(bytes));
    return new Patient(bytes, reader, (await reader.groups().next()).value!);
  }

  get #seed(): number {
    return this.reader.superblock.checksumSeed!;
  }

  block(number: number): Uint8Array {
    return this.bytes.subarray(number * 1024, (number + 1) * 1024);
  }

  /** Changes an inode and updates its checksum. */
  inode(number: number, change: (inode: Uint8Array) => void): void {
    const at = this.group.inodeTableBlock * 1024 + (number - 1) * 256;
    const inode = this.bytes.subarray(at, at + 256);
    change(inode);
    writeFields(INODE, inode, 0, { checksumLow: 0, checksumHigh: 0 });
    const checksum = crc32c(inodeSeed(this.#seed, number), inode);
    writeFields(INODE, inode, 0, { checksumLow: low16(checksum), checksumHigh: checksum >>> 16 });
  }

  /** Changes a directory block and updates its checksum. */
  directory(inode: number, block: number, change: (block: Uint8Array) => void): void {
    const bytes = this.block(block);
    change(bytes);
    const checksum = crc32c(inodeSeed(this.#seed, inode), bytes.subarray(0, 1024 - 12));
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(1020, checksum, true);
  }

  superblock(values: Parameters<typeof writeFields<typeof SUPERBLOCK>>[3]): void {
    writeFields(SUPERBLOCK, this.bytes, SUPERBLOCK_OFFSET, values);
    const sealed = this.bytes.subarray(SUPERBLOCK_OFFSET, SUPERBLOCK_OFFSET + 1020);
    const checksum = crc32c(CRC32C_START, sealed);
    writeFields(SUPERBLOCK, this.bytes, SUPERBLOCK_OFFSET, { checksum });
  }

  descriptor(values: Parameters<typeof writeFields<typeof GROUP_DESCRIPTOR>>[3]): void {
    const descriptor = this.bytes.subarray(2048, 2048 + 64);
    writeFields(GROUP_DESCRIPTOR, descriptor, 0, { ...values, checksum: 0 });
    const checksum = low16(crc32c(crc32cWord(this.#seed, 0), descriptor));
    writeFields(GROUP_DESCRIPTOR, descriptor, 0, { checksum });
  }

  /** Changes the block bitmap, and updates its checksum and that of its descriptor. */
  blockBitmap(change: (bitmap: Uint8Array) => void): void {
    const bitmap = this.block(this.group.blockBitmapBlock);
    change(bitmap);
    const checksum = crc32c(this.#seed, bitmap);
    this.descriptor({
      blockBitmapChecksumLow: low16(checksum),
      blockBitmapChecksumHigh: checksum >>> 16,
    });
  }

  async extent(path: string): Promise<number> {
    return (await this.reader.fileExtents(path).next()).value!.imageBlock;
  }

  /** Where the entry of a name begins in a directory block. */
  entry(block: number, name: string): number {
    return Buffer.from(this.block(block)).indexOf(name) - 8;
  }
}

const FILES: Ext4Entry[] = [
  { type: 'file', path: '/a', data: bytesData(new Uint8Array(3000).fill(1)) },
  { type: 'file', path: '/b', data: bytesData(new Uint8Array(2000).fill(2)) },
  { type: 'directory', path: '/d' },
  { type: 'directory', path: '/d/e' },
  { type: 'symlink', path: '/s', target: 'a' },
  { type: 'fifo', path: '/p' },
];

/** Damage that no checksum reveals, and the code that it has to be reported with. */
const DAMAGE: [
  string,
  string,
  (patient: Patient, ino: (path: string) => number) => Promise<void> | void,
][] = [
  [
    'a wrong link count',
    'inode-links',
    (p, ino) => {
      p.inode(ino('/a'), (i) => {
        writeFields(INODE, i, 0, { linksCount: 2 });
      });
    },
  ],
  [
    'a wrong count of blocks',
    'inode-blocks',
    (p, ino) => {
      p.inode(ino('/a'), (i) => {
        writeFields(INODE, i, 0, { blocksLow: 8 });
      });
    },
  ],
  [
    'a size that its blocks exceed',
    'inode-size',
    (p, ino) => {
      p.inode(ino('/a'), (i) => {
        writeFields(INODE, i, 0, { sizeLow: 1024 });
      });
    },
  ],
  [
    'a mode without a type',
    'inode-mode',
    (p, ino) => {
      p.inode(ino('/p'), (i) => {
        writeFields(INODE, i, 0, { mode: 0o644 });
      });
    },
  ],
  [
    'a time of deletion',
    'inode-deletion-time',
    (p, ino) => {
      p.inode(ino('/a'), (i) => {
        writeFields(INODE, i, 0, { deletionTime: 1_000_000 });
      });
    },
  ],
  [
    'too large an extra size',
    'inode-extra-isize',
    (p, ino) => {
      p.inode(ino('/a'), (i) => {
        writeFields(INODE, i, 0, { extraIsize: 130 });
      });
    },
  ],
  [
    'a time after 2310',
    'inode-time',
    (p, ino) => {
      p.inode(ino('/a'), (i) => {
        writeFields(INODE, i, 0, { accessTime: 0x8000_0000, accessTimeExtra: 3 });
      });
    },
  ],
  [
    'a symlink shorter than its size',
    'symlink',
    (p, ino) => {
      p.inode(ino('/s'), (i) => {
        writeFields(INODE, i, 0, { sizeLow: 3 });
      });
    },
  ],
  [
    'a pipe with content',
    'inode-block',
    (p, ino) => {
      p.inode(ino('/p'), (i) => {
        writeFields(INODE, i, 0, { block: Uint8Array.of(1) });
      });
    },
  ],
  [
    'one block in two files',
    'block-shared',
    (p, ino) => {
      p.inode(ino('/b'), (b) => {
        p.inode(ino('/a'), (a) => {
          a.copyWithin(0, 0);
          const { offset, width } = INODE.block;
          b.set(a.subarray(offset, offset + width), offset);
        });
      });
    },
  ],
  [
    'an extent outside of the image',
    'extent-place',
    (p, ino) => {
      p.inode(ino('/a'), (i) => {
        new DataView(i.buffer, i.byteOffset).setUint32(INODE.block.offset + 20, 5000, true);
      });
    },
  ],
  [
    'an extent tree without its magic',
    'extent-magic',
    (p, ino) => {
      p.inode(ino('/a'), (i) => {
        i[INODE.block.offset]! ^= 1;
      });
    },
  ],
  [
    'a duplicate name',
    'entry-duplicate',
    async (p) => {
      const block = await p.extent('/');
      p.directory(2, block, (d) => {
        d[p.entry(block, 'b') + 8] = 'a'.charCodeAt(0);
      });
    },
  ],
  [
    'a name with a slash',
    'entry-name',
    async (p) => {
      const block = await p.extent('/');
      p.directory(2, block, (d) => {
        d[p.entry(block, 'b') + 8] = '/'.charCodeAt(0);
      });
    },
  ],
  [
    'an entry of the wrong type',
    'entry-type',
    async (p) => {
      const block = await p.extent('/');
      p.directory(2, block, (d) => {
        writeFields(DIRECTORY_ENTRY, d, p.entry(block, 'b'), { fileType: 2 });
      });
    },
  ],
  [
    'an entry that leads to a free inode',
    'entry-inode',
    async (p) => {
      const block = await p.extent('/');
      p.directory(2, block, (d) => {
        writeFields(DIRECTORY_ENTRY, d, p.entry(block, 'b'), { inode: 60 });
      });
    },
  ],
  [
    'an entry without a record length',
    'entry-length',
    async (p) => {
      const block = await p.extent('/');
      p.directory(2, block, (d) => {
        writeFields(DIRECTORY_ENTRY, d, p.entry(block, 'b'), { recordLength: 0 });
      });
    },
  ],
  [
    'an inode without a name',
    'inode-unconnected',
    async (p) => {
      const block = await p.extent('/');
      p.directory(2, block, (d) => {
        writeFields(DIRECTORY_ENTRY, d, p.entry(block, 'b'), { inode: 0 });
      });
    },
  ],
  [
    'a second name of a directory',
    'directory-link',
    async (p, ino) => {
      const block = await p.extent('/');
      p.directory(2, block, (d) => {
        writeFields(DIRECTORY_ENTRY, d, p.entry(block, 'b'), { inode: ino('/d/e'), fileType: 2 });
      });
    },
  ],
  [
    'a loop of directories',
    'directory-unconnected',
    async (p, ino) => {
      const root = await p.extent('/');
      const inner = await p.extent('/d/e');
      p.directory(2, root, (d) => {
        writeFields(DIRECTORY_ENTRY, d, p.entry(root, 'd\0'), { inode: 0 });
      });
      p.directory(ino('/d/e'), inner, (d) => {
        writeFields(DIRECTORY_ENTRY, d, 12, { recordLength: 12 });
        writeFields(DIRECTORY_ENTRY, d, 24, {
          inode: ino('/d'),
          recordLength: 1024 - 24 - 12,
          nameLength: 1,
          fileType: 2,
        });
        d[32] = 0x78;
      });
    },
  ],
  [
    'a wrong parent',
    'directory-dot-dot',
    async (p, ino) => {
      const inner = await p.extent('/d/e');
      p.directory(ino('/d/e'), inner, (d) => {
        writeFields(DIRECTORY_ENTRY, d, 12, { inode: 2 });
      });
    },
  ],
  [
    'a used block that is not marked',
    'bitmap-unmarked',
    async (p) => {
      const block = await p.extent('/a');
      p.blockBitmap((bitmap) => {
        bitmap[(block - 1) >> 3]! &= ~(1 << ((block - 1) & 7));
      });
    },
  ],
  [
    'a free block that is marked',
    'bitmap-leaked',
    (p) => {
      p.blockBitmap((bitmap) => {
        bitmap[120]! |= 1;
      });
    },
  ],
  [
    'a wrong count of free blocks',
    'group-free-blocks',
    (p) => {
      p.descriptor({ freeBlocksLow: 3 });
    },
  ],
  [
    'a wrong count of free inodes',
    'group-free-inodes',
    (p) => {
      p.descriptor({ freeInodesLow: 3 });
    },
  ],
  [
    'a wrong count of directories',
    'group-directories',
    (p) => {
      p.descriptor({ usedDirectoriesLow: 1 });
    },
  ],
  [
    'used inodes among those never used',
    'entry-inode',
    (p) => {
      p.descriptor({ unusedInodesLow: p.reader.superblock.inodesPerGroup - 12 });
    },
  ],
  [
    'a bitmap outside of the image',
    'descriptor-place',
    (p) => {
      p.descriptor({ blockBitmapLow: 70_000 });
    },
  ],
  [
    'a wrong sum of free blocks',
    'superblock-free-blocks',
    (p) => {
      p.superblock({ freeBlocksCountLow: 1 });
    },
  ],
  [
    'a wrong sum of free inodes',
    'superblock-free-inodes',
    (p) => {
      p.superblock({ freeInodesCount: 1 });
    },
  ],
  [
    'a state with errors',
    'state-errors',
    (p) => {
      p.superblock({ state: 3 });
    },
  ],
  [
    'an orphan inode',
    'orphan',
    (p, ino) => {
      p.superblock({ lastOrphan: ino('/a') });
    },
  ],
];

describe('verifyExt4 on a damaged image', () => {
  it.each(DAMAGE)('reports %s: %s', async (_name, code, damage) => {
    const patient = await Patient.of(FILES);
    const numbers = new Map<string, number>();
    for await (const { path, stat } of patient.reader.walk()) numbers.set(path, stat.inode);
    await damage(patient, (path) => numbers.get(path)!);
    const { problems } = await check(patient.bytes);
    expect(problems.map((problem) => problem.code)).toContain(code);
    // The checksums were updated, so none of them reports the damage.
    expect(problems.filter((problem) => problem.code.endsWith('checksum'))).toEqual([]);
    for (const { where, message } of problems) expect(`${where}: ${message}`).toMatch(/^\S.*[^.]$/);
  });

  it('reports each structure whose checksum does not match', async () => {
    const { bytes, group, reader } = await Patient.of(everything());
    const places: [string, number][] = [
      ['superblock-checksum', SUPERBLOCK_OFFSET + SUPERBLOCK.volumeName.offset],
      ['descriptor-checksum', 2048 + GROUP_DESCRIPTOR.reserved.offset],
      ['bitmap-checksum', group.inodeBitmapBlock * 1024],
      ['inode-checksum', group.inodeTableBlock * 1024 + 256 + INODE.modificationTime.offset],
      ['directory-checksum', (await reader.fileExtents('/').next()).value!.imageBlock * 1024 + 8],
    ];
    for (const [code, at] of places) {
      bytes[at]! ^= 0x40;
      const { problems } = await check(bytes);
      expect(problems.map((problem) => problem.code)).toContain(code);
      bytes[at]! ^= 0x40;
    }
    expect((await check(bytes)).problems).toEqual([]);
  });

  it('describes at most maxProblems problems and counts all', async () => {
    const { bytes, group } = await Patient.of(FILES);
    for (let i = 0; i < 100; i++) bytes[group.blockBitmapBlock * 1024 + i]! ^= 0x55;
    const report = await verifyExt4(accessBytes(bytes), { maxProblems: 5 });
    expect(report.problems).toHaveLength(5);
    expect(report.summary!.problemCount).toBeGreaterThan(100);
  });

  it('reports times in the future only when the current time is given', async () => {
    const bytes = await ext4Bytes([], { epochSeconds: 1_000_000 });
    expect((await check(bytes)).problems).toEqual([]);
    const { problems } = await verifyExt4(accessBytes(bytes), { nowSeconds: 999_999 });
    expect(problems.map(({ code }) => code)).toContain('superblock-time');
  });

  it('refuses data without a file system, and unknown features', async () => {
    await expect(check(new Uint8Array(4096))).rejects.toThrow(zosiaError('ZOSIA_NOT_EXT4'));
    const patient = await Patient.of([]);
    const features = readNumber(SUPERBLOCK.featureIncompat, patient.bytes, SUPERBLOCK_OFFSET);
    patient.superblock({ featureIncompat: features | 0x1000 });
    await expect(check(patient.bytes)).rejects.toThrow(
      zosiaError('ZOSIA_EXT4_UNSUPPORTED_FEATURE'),
    );
  });

  it('can be cancelled', async () => {
    const signal = AbortSignal.abort();
    const source = accessBytes(await ext4Bytes([]));
    await expect(verifyExt4(source, { signal })).rejects.toThrow(/abort/);
  });
});
