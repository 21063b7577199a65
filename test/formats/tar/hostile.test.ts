import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { readTar } from '../../../src/formats/tar/open.js';
import { tarTree } from '../../../src/formats/tar/tree.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { TAR_END, octal, paxHeader, tarHeader, tarMember } from './build.js';

const LIMITS = { maxBytes: 1 << 24 };
const tree = (...parts: readonly Uint8Array[]) =>
  tarTree(accessBytes(Buffer.concat([...parts, TAR_END])), LIMITS);

const raw = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);
const base256 = (first: number, value: number): Uint8Array => {
  const bytes = Buffer.alloc(12);
  bytes[0] = first;
  bytes.writeBigInt64BE(BigInt(value), 4);
  if (value < 0) bytes.fill(0xff, 1, 4);
  return bytes;
};
const long = (type: string, name: string) => tarMember({ name: '././@LongLink', type }, name);

describe('what is no tar archive that is read', () => {
  it('is named where it is one of before ustar', async () => {
    await expect(tree(tarMember({ magic: '\0\0\0\0\0\0\0\0' }, 'x'))).rejects.toMatchObject({
      code: 'ZOSIA_TAR_UNSUPPORTED',
      message: expect.stringContaining('older than ustar'),
    });
  });

  it.each([
    ['\x04\x22\x4d\x18', /lz4's frames/, /unlz4/],
    ['LZIP', /lzip/, /lzip -d/],
    ['PK\x03\x04', /zip/, /unzip/],
  ])('is named by its packing where it begins with %j', async (magic, message, hint) => {
    await expect(tree(Buffer.from(magic, 'latin1'))).rejects.toMatchObject({
      code: 'ZOSIA_COMPRESSION_UNSUPPORTED',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});

describe('a name with control characters', () => {
  it('is printed without them', async () => {
    await expect(tree(tarMember({ name: '../a\nerror: b' }, 'x'))).rejects.toMatchObject({
      message: expect.stringContaining('../a\\x0aerror: b leads out'),
    });
  });
});

describe('a tar archive that says what cannot be', () => {
  it.each<[string, readonly Uint8Array[]]>([
    ['a size that is no number', [tarHeader({ size: '0000000009x' })]],
    ['a size with a sign', [tarHeader({ size: '-0000000010' })]],
    ['a negative size', [tarHeader({ size: base256(0xff, -512) })]],
    [
      'a size over 2^53',
      [tarHeader({ size: raw(0x80, 0, 0, 0, 0x7f, ...Array<number>(7).fill(9)) })],
    ],
    ['a size in no known notation', [tarHeader({ size: raw(0xc0, ...Array<number>(11).fill(0)) })]],
    ['a negative owner', [tarHeader({ uid: raw(0xff, 255, 255, 255, 255, 255, 255, 254) })]],
    ['a wrong checksum', [tarHeader({ checksum: '0000001\0' })]],
    ['no known format', [tarMember({}, 'x'), tarHeader({ magic: 'zstar\x0000' })]],
    ['a folder with data', [tarMember({ type: '5' }, 'data')]],
    ['a link with data', [tarMember({ type: '2', link: 'x' }, 'data')]],
    ['a pax size that is negative', [paxHeader({ size: '-1' }), tarMember({}, 'x')]],
    ['a pax size that is none', [paxHeader({ size: '1e3' }), tarMember({}, 'x')]],
    ['a pax size over 2^53', [paxHeader({ size: '9'.repeat(30) }), tarMember({}, 'x')]],
    ['a pax time that is none', [paxHeader({ mtime: 'NaN' }), tarMember({}, 'x')]],
    ['a pax owner over 2^53', [paxHeader({ uid: '9'.repeat(17) }), tarMember({}, 'x')]],
    ['a pax record of length 0', [tarMember({ type: 'x' }, '0 a=b\n'), tarMember({}, 'x')]],
    ['a pax record of a negative length', [tarMember({ type: 'x' }, '-9 a=bcd\n')]],
    ['a pax record longer than all', [tarMember({ type: 'x' }, '99 path=x\n')]],
    ['a pax record without a key', [tarMember({ type: 'x' }, '7 abcd\n')]],
    ['a pax record without its end', [tarMember({ type: 'x' }, '9 path=xyz')]],
    [
      'a pax record of a length of many digits',
      [tarMember({ type: 'x' }, `${'1'.repeat(600)} a=b\n`)],
    ],
    ['a pax header of a gigabyte', [tarHeader({ type: 'x', size: octal(2 ** 30) })]],
    ['a long name of a gigabyte', [tarHeader({ type: 'L', size: octal(2 ** 30) })]],
    ['a long name of a negative size', [tarHeader({ type: 'L', size: base256(0xff, -512) })]],
    ['a pax header of a negative size', [tarHeader({ type: 'x', size: base256(0xff, -1) })]],
    ['a long name over PATH_MAX', [long('L', 'a/'.repeat(2048)), tarMember({}, 'x')]],
    ['a pax path over PATH_MAX', [paxHeader({ path: 'a/'.repeat(2048) }), tarMember({}, 'x')]],
    ['a pax path with a NUL', [paxHeader({ path: 'a\0b' }), tarMember({}, 'x')]],
    ['an empty pax path', [paxHeader({ path: '' }), tarMember({}, 'x')]],
    ['a pax path that climbs', [paxHeader({ path: 'a/../../b' }), tarMember({}, 'x')]],
    ['a long name that climbs', [long('L', '../b'), tarMember({}, 'x')]],
    ['a prefix that climbs', [tarMember({ prefix: '..', name: 'b' }, 'x')]],
    [
      'a pax link that climbs',
      [paxHeader({ linkpath: '../b' }), tarMember({ type: '1', link: 'b' })],
    ],
    ['no name', [tarMember({ name: '' }, 'x')]],
    ['a name that is no UTF-8', [tarMember({ name: 'a\xff' }, 'x')]],
    ['a path for all members', [paxHeader({ path: 'x' }, 'g'), tarMember({}, 'x')]],
    ['a header of a name and no member', [long('L', 'b')]],
  ])('is refused: %s', async (what, parts) => {
    // The last ends with the archive, where there was to be a member.
    const ends = what.endsWith('no member') ? [] : [TAR_END];
    const bytes = Buffer.concat([...parts, ...ends]);
    await expect(tarTree(accessBytes(bytes), LIMITS)).rejects.toMatchObject({
      code: 'ZOSIA_TAR_CORRUPT',
    });
  });

  it.each([
    ['of GNU', [tarHeader({ type: 'S', magic: 'ustar  \0' })]],
    [
      'of pax',
      [paxHeader({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'x' }), tarMember({}, '0\n')],
    ],
  ])('is refused with what to do when a file is sparse, %s', async (_, parts) => {
    await expect(tree(...parts)).rejects.toMatchObject({
      code: 'ZOSIA_TAR_UNSUPPORTED',
      hint: expect.stringContaining('without -S') as string,
    });
  });

  it.each([
    ['a header', [tarHeader({ size: '77777777777' }), Buffer.alloc(512)]],
    ['a pax header', [paxHeader({ size: '9007199254740991' }), tarMember({}, 'x')]],
  ])('is refused before anything is kept when %s promises more than there is', async (_, parts) => {
    await expect(tree(...parts)).rejects.toMatchObject({ code: 'ZOSIA_DECOMPRESSED_TOO_LARGE' });
    const bytes = Buffer.concat([...parts, TAR_END]);
    const passing = readTar(accessBytes(bytes), () => undefined, LIMITS);
    await expect(passing).rejects.toMatchObject({ code: 'ZOSIA_TAR_CORRUPT' });
  });

  it('unpacks to no more than it may, packed or not', async () => {
    const bytes = Buffer.concat([tarMember({}, Buffer.alloc(1 << 20)), TAR_END]);
    for (const packed of [bytes, gzipSync(bytes)]) {
      const reading = tarTree(accessBytes(packed), { maxBytes: 1 << 19 });
      await expect(reading).rejects.toMatchObject({ code: 'ZOSIA_DECOMPRESSED_TOO_LARGE' });
    }
    // Of members that nobody asks for, too.
    const bomb = gzipSync(
      Buffer.concat([tarMember({ name: 'x' }, Buffer.alloc(1 << 22)), TAR_END]),
    );
    const passing = readTar(accessBytes(bomb), () => undefined, { maxBytes: 1 << 20 });
    await expect(passing).rejects.toMatchObject({ code: 'ZOSIA_DECOMPRESSED_TOO_LARGE' });
  });

  it('is read, or refused by an error for people, whichever bytes of it are others', async () => {
    const good = Buffer.concat([
      paxHeader({ path: 'a/long', size: '3', mtime: '1.5' }),
      tarMember({}, 'abc'),
      long('L', 'b/long\0'),
      tarMember({ magic: 'ustar  \0', size: base256(0x80, 600) }, 'x'.repeat(600)),
      TAR_END,
    ]);
    expect((await tree(good)).map(({ path }) => path)).toEqual(['/a/long', '/b/long']);
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (changed, isMended) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changed) bytes[at] = value;
        if (isMended) mendChecksums(bytes);
        try {
          await tarTree(accessBytes(bytes), LIMITS);
        } catch (error) {
          expect(error).toBeInstanceOf(ZosiaError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is read in time that grows with its size, with ten thousand headers before a member', async () => {
    const headers = Array.from({ length: 10_000 }, (_, at) => paxHeader({ path: `f${at}` }));
    expect(await tree(...headers, tarMember({}, 'x'))).toMatchObject([{ path: '/f9999' }]);
  });

  it('may have a thousand folders in one another', async () => {
    const path = 'd/'.repeat(1000) + 'file';
    expect(await tree(paxHeader({ path }), tarMember({}, 'x'))).toMatchObject([
      { path: `/${path}`, data: Uint8Array.from([0x78]) },
    ]);
  });
});

/** So that what is behind the checksum is reached. */
function mendChecksums(bytes: Buffer): void {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (block.toString('latin1', 257, 262) !== 'ustar') continue;
    block.fill(' ', 148, 156);
    const sum = block.reduce((a, b) => a + b, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
}

describe('what stands before a member', () => {
  it('counts for that one alone, pax before GNU before the header', async () => {
    const members = await tree(
      paxHeader({ path: 'päx', uid: '4294967295', gid: '7', mtime: '-1.5' }),
      tarMember({ uid: '0000001' }, 'a'),
      long('L', 'gnu\0rest'),
      long('K', 'there\0'),
      tarMember({ type: '2', link: 'elsewhere' }),
      paxHeader({ comment: 'of git' }, 'g'),
      tarMember({ type: 'V', name: 'label' }),
      tarMember({ name: 'plain', prefix: 'folder', uid: raw(0x80, 0, 0, 0, 0, 1, 0, 0) }, 'b'),
      tarMember({ name: 'old folder/' }),
    );
    expect(members).toMatchObject([
      { path: '/päx', uid: 4_294_967_295, gid: 7, mtime: { seconds: 0 } },
      { path: '/gnu', type: 'symlink', target: 'there' },
      { path: '/folder/plain', uid: 65_536 },
      { path: '/old folder', type: 'directory' },
    ]);
  });

  it('ends at zeros: what follows is no part of the archive', async () => {
    expect(await tree(tarMember({ name: 'a' }), TAR_END, tarMember({ name: 'b' }))).toMatchObject([
      { path: '/a' },
    ]);
  });
});
