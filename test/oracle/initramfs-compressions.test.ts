import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { accessBytes } from '../../src/image/random-access.js';
import { cpioTree } from '../../src/inspect/cpio/tree.js';
import { openFile } from '../../src/inspect/open-file.js';
import { TRAILER, oddMembers } from '../formats/cpio/odd.js';
import { describeWithPrograms } from '../support/programs.js';

const large = Buffer.alloc(9 << 20, 'what repeats itself, and some more of it; ');
const early = Buffer.concat([oddMembers({ name: 'early', data: 'microcode' }), TRAILER]);
const main = Buffer.concat([
  oddMembers({ name: 'large', data: large }, { name: 'small', data: 'small' }),
  TRAILER,
]);

async function contentOf(bytes: Uint8Array, path: string): Promise<Buffer> {
  const content = await openFile(await cpioTree(accessBytes(bytes)), path);
  return Buffer.from(await content.read(0, content.sizeBytes));
}

describe.each<[string, string, readonly string[]]>([
  ['gzip', 'gzip', ['-n']],
  ['xz', 'xz', ['--check=crc32', '--lzma2=dict=1MiB']],
  ['xz in several blocks', 'xz', ['--check=crc64', '--block-size=1MiB']],
  ['zstd', 'zstd', ['-q']],
  ['lz4', 'lz4', ['-l', '-q']],
])('an initramfs packed with %s', (_, program, options) => {
  describeWithPrograms([program], program, () => {
    it('is read between two plain archives, with zeros after it', async () => {
      const packed = execFileSync(program, ['-c', ...options], {
        input: main,
        maxBuffer: 1 << 26,
      });
      const later = Buffer.concat([oddMembers({ name: 'later', data: 'z' }), TRAILER]);
      const pad = Buffer.alloc(8 + (-packed.length & 3));
      const whole = Buffer.concat([early, packed, pad, later]);
      const tree = await cpioTree(accessBytes(whole));
      expect(tree.damage).toBeUndefined();
      // The kernel's decoder supports no check but CRC32.
      const refused = options.includes('--check=crc64') ? ['compression'] : [];
      expect(tree.skipped.problems.map(({ code }) => code)).toEqual(refused);
      expect(tree.parts).toMatchObject([
        { unpackedBytes: early.length },
        { offset: early.length, compression: program, unpackedBytes: main.length },
        { unpackedBytes: later.length },
      ]);
      expect((await contentOf(whole, '/large')).equals(large)).toBe(true);
      // Backwards, too: then it is unpacked again.
      const small = await openFile(tree, '/small');
      expect(Buffer.from(await small.read(0, 5)).toString()).toBe('small');
      const first = await openFile(tree, '/large');
      expect(Buffer.from(await first.read(0, 4)).toString()).toBe('what');
    });
  });
});
