import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hasPvhEntry, unpackBzImage } from '../../../src/formats/linux/bzimage.js';
import { zosiaError } from '../../support/errors.js';
import { describeWithPrograms } from '../../support/programs.js';
import { buildElf } from '../elf/build.js';

/** A kernel of many pages that are not alike. */
const KERNEL = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index) >> 5));

/** A bzImage with a payload, laid out as Documentation/x86/boot.rst says. */
function bzImage(payload: Uint8Array, { setupSectors = 4, version = 0x020f } = {}): Buffer {
  const payloadOffset = 100;
  const start = ((setupSectors || 4) + 1) * 512;
  const bytes = Buffer.alloc(start + payloadOffset + payload.length + 64, 0xcc);
  bytes[0x1f1] = setupSectors;
  bytes.write('HdrS', 0x202, 'latin1');
  bytes.writeUInt16LE(version, 0x206);
  bytes.writeUInt32LE(payloadOffset, 0x248);
  bytes.writeUInt32LE(payload.length, 0x24c);
  bytes.set(payload, start + payloadOffset);
  return bytes;
}

/** What the kernel's makefile makes of what a program packs: the size follows. */
function withSize(packed: Uint8Array, sizeBytes = KERNEL.length): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(sizeBytes);
  return Buffer.concat([packed, size]);
}

describe('unpackBzImage', () => {
  it('unpacks a kernel that is packed with gzip, which has its size already', async () => {
    const image = bzImage(gzipSync(KERNEL));
    expect(KERNEL.equals(await unpackBzImage(image))).toBe(true);
    const shortSetup = bzImage(gzipSync(KERNEL), { setupSectors: 0 });
    expect(KERNEL.equals(await unpackBzImage(shortSetup))).toBe(true);
  });

  it.each<[string, Uint8Array]>([
    ['another file', new Uint8Array(4096)],
    ['an empty file', new Uint8Array(0)],
    ['an older boot protocol', bzImage(gzipSync(KERNEL), { version: 0x0207 })],
    ['a packing that is not known', bzImage(withSize(Buffer.from('BZh9')))],
    ['nothing packed', bzImage(new Uint8Array(3))],
    ['a payload that the file cuts short', bzImage(gzipSync(KERNEL)).subarray(0, -65)],
  ])('refuses %s', async (_, bytes) => {
    await expect(unpackBzImage(bytes)).rejects.toThrow(zosiaError('ZOSIA_KERNEL_DAMAGED'));
  });

  it('refuses a size beyond every kernel before it unpacks anything', async () => {
    const packed = gzipSync(KERNEL);
    packed.writeUInt32LE(0xffff_ffff, packed.length - 4);
    await expect(unpackBzImage(bzImage(packed))).rejects.toThrow(
      zosiaError('ZOSIA_DECOMPRESSED_TOO_LARGE'),
    );
  });
});

describeWithPrograms(['xz', 'zstd', 'lz4'], 'unpackBzImage, of what other programs pack', () => {
  const pack = (program: string, ...args: string[]): Buffer => {
    const { stdout, status } = spawnSync(program, args, { input: KERNEL });
    expect(status).toBe(0);
    return stdout;
  };

  // As scripts/Makefile.lib of the kernel calls them, but for the filter of xz.
  it.each([
    ['xz', ['--check=crc32', '--lzma2=dict=32MiB', '-c']],
    ['zstd', ['-22', '--ultra', '-c']],
    ['lz4', ['-l', '-c', '-9']],
  ])('unpacks %s', async (program, args) => {
    const packed = pack(program, ...args);
    expect(KERNEL.equals(await unpackBzImage(bzImage(withSize(packed))))).toBe(true);
  });

  it('refuses xz with the filter for x86, by its name', async () => {
    const packed = pack('xz', '--check=crc32', '--x86', '--lzma2=dict=32MiB', '-c');
    await expect(unpackBzImage(bzImage(withSize(packed)))).rejects.toThrow('the filter x86');
  });

  it('refuses a kernel of another size than it says', async () => {
    const packed = pack('lz4', '-l', '-c');
    for (const sizeBytes of [KERNEL.length - 1, KERNEL.length + 1]) {
      await expect(unpackBzImage(bzImage(withSize(packed, sizeBytes)))).rejects.toThrow(
        zosiaError('ZOSIA_KERNEL_DAMAGED'),
      );
    }
  });
});

it('hasPvhEntry tells by the note of Xen', () => {
  const contents = Uint8Array.of(0, 0, 0, 1);
  const has = (name: string, type: number): boolean =>
    hasPvhEntry(buildElf({ machine: 62, notes: [[name, type, contents]] }));
  expect(has('Xen', 18)).toBe(true);
  expect(has('Xen', 6)).toBe(false);
  expect(has('GNU', 18)).toBe(false);
});
