import { bytesData, holeData } from '../../../src/formats/ext4/plan.js';
import type { Ext4Entry, Ext4Options } from '../../../src/formats/ext4/plan.js';
import { bytesSegment, makeImage } from '../../../src/image/image.js';
import type { Image } from '../../../src/image/image.js';

export interface Layout {
  readonly name: string;
  readonly entries: readonly Ext4Entry[];
  readonly options: Ext4Options;
}

/** Bytes that differ from block to block. */
export function pattern(sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + (i >> 8) * 7 + 1) & 0xff);
}

/** Data and hole in turn, a block each: as many extents as blocks of data. */
export function alternatingData(count: number, blockSizeBytes: number): Image {
  const segments = Array.from({ length: count }, (_, i) =>
    bytesSegment(2 * i * blockSizeBytes, Uint8Array.of(i & 0xff, i >> 8, 1)),
  );
  return makeImage(2 * count * blockSizeBytes, segments);
}

export function names(count: number, prefix: string): Ext4Entry[] {
  return Array.from({ length: count }, (_, i): Ext4Entry => ({
    type: 'fifo',
    path: `/directory/${prefix}${i}`,
  }));
}

const ACL = Buffer.from(
  '0200000001000700ffffffff02000600e803000004000500ffffffff10000700ffffffff20000500ffffffff',
  'hex',
);

const KINDS: Ext4Entry[] = [
  { type: 'directory', path: '/', mode: 0o711, uid: 1, gid: 2 },
  { type: 'file', path: '/file', data: bytesData(pattern(10_000)), mode: 0o4755 },
  { type: 'hardlink', path: '/z/second name', target: '/file' },
  { type: 'hardlink', path: '/a/third name', target: '/z/second name' },
  { type: 'symlink', path: '/a/fast', target: 'x'.repeat(59) },
  { type: 'symlink', path: '/a/slow', target: 'x'.repeat(60) },
  { type: 'character-device', path: '/dev/console', major: 5, minor: 1, mode: 0o600 },
  { type: 'block-device', path: '/dev/wide', major: 4095, minor: 0xf_ffff },
  { type: 'fifo', path: '/pipe', uid: 0xffff_fffe, gid: 0x1_0000 },
  { type: 'socket', path: '/socket', mtime: { seconds: -1, nanoseconds: 999_999_999 } },
  {
    type: 'file',
    path: Buffer.from([0x2f, 0xff, 0x0a, 0x20, 0xfe]),
    data: holeData(1_000_000),
    mtime: { seconds: 2 ** 32 + 5, nanoseconds: 7 },
    atime: { seconds: -(2 ** 31) },
    ctime: { seconds: 0x2_7fff_ffff },
    crtime: { seconds: 2 ** 31 },
  },
];

const ATTRIBUTES: Ext4Entry[] = [
  {
    type: 'file',
    path: '/file',
    data: bytesData(pattern(1)),
    xattrs: new Map<string, Uint8Array>([
      ['user.short', Buffer.from('value')],
      ['user.long', pattern(700)],
      ['user.empty', new Uint8Array(0)],
      ['security.selinux', Buffer.from('system_u:object_r:bin_t:s0\0')],
      ['trusted.overlay.opaque', Buffer.from('y')],
      ['system.posix_acl_access', ACL],
    ]),
  },
  {
    type: 'directory',
    path: '/directory',
    xattrs: new Map([
      ['system.posix_acl_access', ACL],
      ['system.posix_acl_default', ACL],
    ]),
  },
  {
    type: 'symlink',
    path: '/link',
    target: 'file',
    xattrs: new Map([['trusted.t', pattern(200)]]),
  },
];

const model = (sizeBytes: number): Ext4Entry[] => [
  { type: 'file', path: '/model.gguf', data: bytesData(pattern(sizeBytes)) },
];

function layout(name: string, entries: Ext4Entry[], options: Partial<Ext4Options> = {}): Layout {
  return { name, entries, options: { label: 'ZOSIA_MODEL', ...options } };
}

/** One of everything that the planner can be asked for. */
export const LAYOUTS: readonly Layout[] = [
  layout('an empty disk', []),
  layout('an empty disk, 1 KiB blocks', [], { blockSizeBytes: 1024 }),
  layout('a model', model(1_000_001)),
  layout('a model, 1 KiB blocks, two groups', model(9_000_000), { blockSizeBytes: 1024 }),
  layout('a model, 2 KiB blocks', model(3_000_000), { blockSizeBytes: 2048 }),
  layout('every kind of file', KINDS),
  layout('every kind of file, 1 KiB blocks', KINDS, { blockSizeBytes: 1024, epochSeconds: 1 }),
  layout('extended attributes', ATTRIBUTES),
  layout('a linear directory of two blocks', names(300, 'name')),
  layout('an indexed directory', names(2000, 'some longer name ')),
  layout('an indexed directory of two levels', names(8000, 'x'.repeat(150)), {
    blockSizeBytes: 1024,
  }),
  layout('names beyond ASCII in an index', names(2000, 'naïve ünïcode ')),
  layout('a fragmented file', [{ type: 'file', path: '/f', data: alternatingData(30_000, 1024) }], {
    blockSizeBytes: 1024,
  }),
  layout(
    'the deepest extent tree',
    [{ type: 'file', path: '/f', data: alternatingData(128, 4096) }],
    {
      extentsPerNode: 2,
    },
  ),
  layout('a journal', model(5000), { journal: true }),
  layout('a journal, free space, 1 KiB blocks', model(5000), {
    blockSizeBytes: 1024,
    journal: { sizeBytes: 2 ** 21 },
    extraBytes: 20_000_000,
  }),
  layout('a given size and identity', model(5000), {
    sizeBytes: 300_000_123,
    uuid: pattern(16),
    hashSeed: pattern(16),
  }),
  layout('a last group that a backup fills', model(9_000_000), {
    blockSizeBytes: 1024,
    sizeBytes: (1 + 3 * 8192 + 2) * 1024,
  }),
  layout('more inodes than blocks', names(40_000, '')),
];
