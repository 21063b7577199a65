import type { Ext4Entry, Ext4Options } from '../../../../src/formats/ext4/plan.js';
import { bytesData, planExt4 } from '../../../../src/formats/ext4/plan.js';
import { accessBytes } from '../../../../src/image/random-access.js';
import type { RandomAccess } from '../../../../src/image/random-access.js';
import { bytesSegment, makeImage } from '../../../../src/image/image.js';
import { imageBytes } from '../../../support/images.js';

/** Plans a file system and gives its bytes, which may be changed. */
export async function ext4Bytes(
  entries: readonly Ext4Entry[],
  options: Partial<Ext4Options> = {},
): Promise<Uint8Array> {
  const image = planExt4(entries, { label: 'TEST', blockSizeBytes: 1024, ...options });
  return (await imageBytes(image)).slice();
}

/** A file with data in every second block: each is an extent of its own. */
export function alternating(extentCount: number, blockSizeBytes: number): Ext4Entry {
  const segments = Array.from({ length: extentCount }, (_, i) =>
    bytesSegment(2 * i * blockSizeBytes, Uint8Array.of(1 + (i % 255))),
  );
  const sizeBytes = 2 * extentCount * blockSizeBytes;
  return { type: 'file', path: '/alternating', data: makeImage(sizeBytes, segments) };
}

/** One of each kind of structure that the planner can make. */
export function everything(): Ext4Entry[] {
  const names = Array.from({ length: 200 }, (_, i): Ext4Entry => ({
    type: 'file',
    path: `/many/a file with quite a long name ${i}`,
    data: bytesData(new Uint8Array(0)),
  }));
  return [
    ...names,
    alternating(200, 1024),
    { type: 'file', path: '/small', data: bytesData(Buffer.from('sixteen bytes...')) },
    { type: 'hardlink', path: '/deep/er/linked', target: '/small' },
    {
      type: 'file',
      path: '/attributes',
      data: bytesData(Buffer.from('x')),
      xattrs: new Map([
        ['user.short', Buffer.from('value')],
        ['user.long', Buffer.alloc(500, 7)],
        ['security.capability', Buffer.from('0100000200040000000000000000000000000000', 'hex')],
      ]),
    },
    { type: 'symlink', path: '/fast', target: 'deep/er' },
    { type: 'symlink', path: '/slow', target: `/${'long/'.repeat(30)}target` },
    { type: 'symlink', path: '/round', target: 'round' },
    { type: 'symlink', path: '/dangling', target: 'nothing' },
    { type: 'symlink', path: '/outside', target: '/../../small' },
    { type: 'character-device', path: '/console', major: 5, minor: 1 },
    { type: 'block-device', path: '/disk', major: 259, minor: 70_000 },
    { type: 'fifo', path: '/fifo' },
    { type: 'socket', path: '/socket' },
  ];
}

/** A source that counts what is read from it. */
export function counting(bytes: Uint8Array): RandomAccess & { readBytes: number } {
  const source = accessBytes(bytes);
  return {
    sizeBytes: bytes.length,
    readBytes: 0,
    read(offset, length) {
      this.readBytes += length;
      return source.read(offset, length);
    },
  };
}
