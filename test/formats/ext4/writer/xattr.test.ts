import { describe, expect, it } from 'vitest';
import { aclToDisk } from '../../../../src/formats/ext4/writer/acl.js';
import { buildXattrBlock, planXattrs } from '../../../../src/formats/ext4/writer/xattr.js';
import { crc32c, crc32cWord } from '../../../../src/formats/ext4/crc32c.js';

const plan = (xattrs: Record<string, Uint8Array>, blockSizeBytes = 4096) =>
  planXattrs(new Map(Object.entries(xattrs)), '/file', blockSizeBytes);

describe('planXattrs', () => {
  it('fills the inode to its last byte, then a block', () => {
    // 92 bytes are left in the inode, of which 4 end the list and 16 + 4 are the entry.
    expect(plan({ 'user.name': Buffer.alloc(68) }).inInode).toHaveLength(1);
    expect(plan({ 'user.name': Buffer.alloc(69) }).inBlock).toHaveLength(1);
    const both = plan({ 'user.a': Buffer.alloc(300), 'user.b': Buffer.alloc(3) });
    expect([both.inInode.length, both.inBlock.length]).toEqual([1, 1]);
  });

  it('orders by namespace, length and bytes of the name, like the kernel', () => {
    const big = Buffer.alloc(100);
    const { inBlock } = plan({
      'security.a': big,
      'trusted.a': big,
      'user.bb': big,
      'user.c': big,
      'user.ba': big,
    });
    const names = inBlock.map(
      ({ nameIndex, name }) => `${nameIndex} ${Buffer.from(name).toString()}`,
    );
    expect(names).toEqual(['1 c', '1 ba', '1 bb', '4 a', '6 a']);
  });

  it('fills a block to its last byte', () => {
    const room = 1024 - 32 - 4 - 20;
    expect(plan({ 'user.name': Buffer.alloc(room) }, 1024).inBlock).toHaveLength(1);
    expect(() => plan({ 'user.name': Buffer.alloc(room + 1) }, 1024)).toThrow(
      expect.objectContaining({ code: 'ZOSIA_EXT4_XATTRS_TOO_LARGE' }),
    );
  });

  it.each(['name', 'system.other', 'user.', `user.${'x'.repeat(256)}`, 'user.\0'])(
    'refuses the name %j',
    (name) => {
      expect(() => plan({ [name]: Buffer.alloc(1) })).toThrow(
        expect.objectContaining({ code: 'ZOSIA_EXT4_BAD_XATTR' }),
      );
    },
  );
});

describe('a block of attributes', () => {
  it('has the hashes that Linux 6.18 computes for the same attributes', () => {
    const { inBlock } = plan({
      'user.aaa': Buffer.alloc(200, 'v'),
      'user.bb': Buffer.alloc(301, 'w'),
      'trusted.zz': Buffer.alloc(99, 'q'),
    });
    const view = new DataView(
      buildXattrBlock(inBlock, { block: 5, blockSizeBytes: 4096, seed: 1 }).buffer,
    );
    expect(view.getUint32(0x0c, true)).toBe(0xf07d_0a52);
    const entries = [0x20, 0x34, 0x48].map((at) => view.getUint32(at + 0xc, true));
    expect(entries).toEqual([0x7777_7b22, 0x0001_8841, 0x0f4b_7171]);
  });

  it('has a checksum of its number and contents', () => {
    const { inBlock } = plan({ 'user.name': Buffer.alloc(100, 1) });
    const block = buildXattrBlock(inBlock, {
      block: 0x2_0000_0003,
      blockSizeBytes: 4096,
      seed: 99,
    });
    const view = new DataView(block.buffer);
    const checksum = view.getUint32(0x10, true);
    view.setUint32(0x10, 0, true);
    expect(checksum).toBe(crc32c(crc32cWord(crc32cWord(99, 3), 2), block));
  });
});

describe('aclToDisk', () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const exchange = hex(
    '02000000 01000700ffffffff 02000600e8030000 04000500ffffffff 10000700ffffffff 20000500ffffffff',
  );

  it('omits the IDs of entries that have none', () => {
    const disk = hex('01000000 01000700 02000600e8030000 04000500 10000700 20000500');
    expect(Buffer.from(aclToDisk(exchange)!).equals(disk)).toBe(true);
  });

  it.each([
    ['cut short', exchange.subarray(0, 11)],
    ['in another version', hex('01000000')],
    ['with an unknown tag', hex('02000000 03000700ffffffff')],
    ['with impossible permissions', hex('02000000 01000800ffffffff')],
    ['empty', hex('')],
  ])('refuses an ACL that is %s', (_name, bytes) => {
    expect(aclToDisk(bytes)).toBeUndefined();
    expect(() => plan({ 'system.posix_acl_access': bytes })).toThrow(
      expect.objectContaining({ code: 'ZOSIA_EXT4_BAD_XATTR' }),
    );
  });
});
