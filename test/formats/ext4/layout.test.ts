import { describe, expect, it } from 'vitest';
import { be32, le16, readNumber, u8, writeFields } from '../../../src/formats/fields.js';
import type { Layout } from '../../../src/formats/fields.js';
import * as directory from '../../../src/formats/ext4/layout/directory.js';
import * as extent from '../../../src/formats/ext4/layout/extent.js';
import * as group from '../../../src/formats/ext4/layout/group-descriptor.js';
import * as inode from '../../../src/formats/ext4/layout/inode.js';
import * as journal from '../../../src/formats/ext4/layout/journal.js';
import * as superblock from '../../../src/formats/ext4/layout/superblock.js';
import * as xattr from '../../../src/formats/ext4/layout/xattr.js';

/** Structures that are listed completely, and their sizes. */
const WHOLE: [string, Layout, number][] = [
  ['group descriptor', group.GROUP_DESCRIPTOR, group.GROUP_DESCRIPTOR_BYTES],
  ['inode', inode.INODE, inode.CLASSIC_INODE_BYTES + inode.EXTRA_ISIZE],
  ['extent header', extent.EXTENT_HEADER, extent.EXTENT_HEADER_BYTES],
  ['extent index', extent.EXTENT_INDEX, extent.EXTENT_ENTRY_BYTES],
  ['extent', extent.EXTENT, extent.EXTENT_ENTRY_BYTES],
  ['directory entry', directory.DIRECTORY_ENTRY, directory.DIRECTORY_ENTRY_HEADER_BYTES],
  ['directory tail', directory.DIRECTORY_TAIL, directory.DIRECTORY_TAIL_BYTES],
  ['index root', directory.INDEX_ROOT, directory.INDEX_ROOT_TABLE_OFFSET],
  ['index entry', directory.INDEX_ENTRY, directory.INDEX_ENTRY_BYTES],
  ['index tail', directory.INDEX_TAIL, directory.INDEX_TAIL_BYTES],
  ['attribute block header', xattr.XATTR_BLOCK_HEADER, xattr.XATTR_BLOCK_HEADER_BYTES],
  ['attribute entry', xattr.XATTR_ENTRY, xattr.XATTR_ENTRY_BYTES],
  ['journal backup', superblock.JOURNAL_BACKUP, superblock.SUPERBLOCK.journalBlocks.width],
  ['journal superblock', journal.JOURNAL_SUPERBLOCK, 1024],
];

describe('the layout tables', () => {
  it.each(WHOLE)('list every byte of the %s once', (_name, layout, sizeBytes) => {
    const fields = Object.values(layout).sort((a, b) => a.offset - b.offset);
    let end = 0;
    for (const field of fields) {
      expect(field.offset, field.meaning).toBe(end);
      end += field.width;
    }
    expect(end).toBe(sizeBytes);
  });

  it('list the superblock without overlaps, up to its end', () => {
    const fields = Object.values<Layout[string]>(superblock.SUPERBLOCK);
    const covered = new Set<number>();
    for (const { offset, width, meaning } of fields) {
      for (let i = offset; i < offset + width; i++) {
        expect(covered.has(i), `${meaning}: byte ${i}`).toBe(false);
        covered.add(i);
      }
    }
    expect(Math.max(...covered)).toBe(superblock.SUPERBLOCK_BYTES - 1);
  });
});

describe('writeFields', () => {
  const layout = { byte: u8(0, ''), half: le16(1, ''), big: be32(3, '') };

  it('writes each width and byte order', () => {
    const bytes = new Uint8Array(8);
    writeFields(layout, bytes, 1, { byte: 0xff, half: 0x1234, big: 0x89ab_cdef });
    expect(Buffer.from(bytes).toString('hex')).toBe('00ff341289abcdef');
    expect(readNumber(layout.big, bytes, 1)).toBe(0x89ab_cdef);
  });

  it.each([
    ['a value too wide', { byte: 256 }],
    ['a negative value', { half: -1 }],
    ['a fraction', { big: 0.5 }],
  ])('refuses %s', (_name, values) => {
    expect(() => {
      writeFields(layout, new Uint8Array(8), 0, values);
    }).toThrow(RangeError);
  });

  it('refuses to write past the end of the bytes', () => {
    expect(() => {
      writeFields(layout, new Uint8Array(8), 2, { big: 1 });
    }).toThrow(RangeError);
  });
});
