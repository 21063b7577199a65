import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { readDeb } from '../../../src/formats/deb/deb.js';
import type { DebEntry, ReadDebOptions } from '../../../src/formats/deb/deb.js';
import { gzip } from '../../../src/formats/compression/gzip.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { collect } from '../../support/async.js';
import { zosiaError } from '../../support/errors.js';
import { buildAr, buildDeb, buildTar } from './build.js';
import type { ArEntry, TarEntry } from './build.js';

const FILES: readonly TarEntry[] = [
  { name: './', type: 'directory', mode: 0o755 },
  { name: './usr/', type: 'directory', mode: 0o755 },
  { name: './usr/tool', mode: 0o4755, contents: 'a tool' },
  { name: './usr/same', type: 'link', mode: 0o4755, linkname: './usr/tool' },
  { name: './usr/link', type: 'symlink', mode: 0o777, linkname: '../anywhere' },
  { name: `./usr/${'long-'.repeat(50)}größe`, contents: 'a name of its own header' },
  { name: './usr/empty' },
];

const VERSION: ArEntry = ['debian-binary', '2.0\n'];

const texts = async (deb: Uint8Array, options: ReadDebOptions = {}): Promise<[string, string?][]> =>
  (await collect(readDeb(deb, options))).map(({ path, bytes }) =>
    bytes === undefined ? [path] : [path, new TextDecoder().decode(bytes)],
  );

describe('readDeb', () => {
  it('reads every kind of entry, in order', async () => {
    const deb = await buildDeb(FILES);
    expect(await collect(readDeb(accessBytes(deb)))).toEqual([
      { path: '/', type: 'directory', mode: 0o755, sizeBytes: 0 },
      { path: '/usr', type: 'directory', mode: 0o755, sizeBytes: 0 },
      {
        path: '/usr/tool',
        type: 'file',
        mode: 0o4755,
        sizeBytes: 6,
        bytes: new Uint8Array(Buffer.from('a tool')),
      },
      { path: '/usr/same', type: 'hardlink', mode: 0o4755, sizeBytes: 0, target: '/usr/tool' },
      { path: '/usr/link', type: 'symlink', mode: 0o777, sizeBytes: 0, target: '../anywhere' },
      expect.objectContaining({ path: `/usr/${'long-'.repeat(50)}größe`, sizeBytes: 24 }),
      { path: '/usr/empty', type: 'file', mode: 0o644, sizeBytes: 0, bytes: new Uint8Array(0) },
    ]);
  });

  it('keeps the contents of selected files only, and lists the others', async () => {
    const asked: string[] = [];
    const select = (path: string): boolean => {
      asked.push(path);
      return path === '/b';
    };
    const deb = await buildDeb([
      { name: './d', type: 'directory' },
      { name: './a', contents: 'a'.repeat(100_000) },
      { name: './b', contents: 'kept' },
    ]);
    expect(await texts(deb, { select, maxKeptBytes: 4 })).toEqual([['/d'], ['/a'], ['/b', 'kept']]);
    expect(asked).toEqual(['/a', '/b']);
  });

  it('returns file contents of any length unchanged', async () => {
    const lengths = fc.oneof(fc.nat(2000), fc.constantFrom(511, 512, 513, 65_535, 65_536, 200_001));
    await fc.assert(
      fc.asyncProperty(fc.array(lengths, { maxLength: 6 }), fc.boolean(), async (sizes, packed) => {
        const files = sizes.map((size, index) => ({
          name: `./${index}`,
          contents: String(index).repeat(size).slice(0, size),
        }));
        const tar = await buildTar(files);
        const data: ArEntry = packed ? ['data.tar.gz', await gzip(tar)] : ['data.tar', tar];
        expect(await texts(buildAr([VERSION, data]))).toEqual(
          files.map(({ contents }, index) => [`/${index}`, contents]),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('ignores unknown members, and slashes at the end of member names', async () => {
    const tar = await buildTar([{ name: './a', contents: 'x' }]);
    const deb = buildAr([
      ['debian-binary/', '2.1\nmore\n'],
      ['_extra', 'odd'],
      ['data.tar/', tar],
    ]);
    expect(await texts(deb)).toEqual([['/a', 'x']]);
  });

  it('enforces maxKeptBytes and maxBytes to the byte', async () => {
    const deb = await buildDeb([{ name: './a', contents: 'x'.repeat(1000) }]);
    const kept = collect(readDeb(deb, { maxKeptBytes: 999 }));
    await expect(kept).rejects.toThrow(zosiaError('ZOSIA_DECOMPRESSED_TOO_LARGE'));
    expect(await texts(deb, { maxKeptBytes: 1000 })).toHaveLength(1);

    const tar = await buildTar([{ name: './a', contents: 'x'.repeat(1000) }]);
    const packed = buildAr([VERSION, ['data.tar.gz', await gzip(tar)]]);
    const unpacked = collect(readDeb(packed, { maxBytes: tar.length - 1 }));
    await expect(unpacked).rejects.toThrow(zosiaError('ZOSIA_DECOMPRESSED_TOO_LARGE'));
    expect(await texts(packed, { maxBytes: tar.length })).toHaveLength(1);
  });

  it('yields no entry of a truncated archive', async () => {
    const tar = await buildTar(FILES);
    const deb = buildAr([VERSION, ['data.tar', tar.subarray(0, 512 * 4 + 3)]]);
    const entries = readDeb(deb);
    await expect(entries.next()).rejects.toThrow(zosiaError('ZOSIA_DEB_CORRUPT'));
  });

  it('hands what is to be extracted on as it comes, and keeps the others', async () => {
    const contents = Buffer.alloc(100_000, 'ab');
    const deb = await buildDeb([
      { name: './large', contents },
      { name: './small', contents: 'x' },
    ]);
    const pieces: Uint8Array[] = [];
    const end = vi.fn<() => void>();
    const sink = { write: (piece: Uint8Array) => void pieces.push(piece), end };
    const extract = ({ path }: DebEntry) => (path === '/large' ? sink : undefined);
    const entries = await collect(readDeb(deb, { extract, maxKeptBytes: 1 }));
    expect(entries.map(({ bytes }) => bytes?.length)).toEqual([undefined, 1]);
    expect(Buffer.concat(pieces).equals(contents)).toBe(true);
    expect(end).toHaveBeenCalledOnce();
  });

  it('stops when it is cancelled', async () => {
    const reason = new Error('enough');
    const entries = readDeb(await buildDeb(FILES), { signal: AbortSignal.abort(reason) });
    await expect(entries.next()).rejects.toBe(reason);
  });

  it('rethrows an error of select', async () => {
    const error = new ZosiaError('ZOSIA_TEST', 'stop', { hint: 'go on' });
    const select = (): boolean => {
      throw error;
    };
    await expect(collect(readDeb(await buildDeb(FILES), { select }))).rejects.toBe(error);
  });
});

describe('readDeb on an invalid package', () => {
  it.each<[string, TarEntry]>([
    ['a name with ".."', { name: './usr/../../etc/passwd' }],
    ['a hard link with ".."', { name: './a', type: 'link', linkname: '../../etc/passwd' }],
    ['a device', { name: './dev/null', type: 'character-device' }],
    ['a pipe', { name: './pipe', type: 'fifo' }],
  ])('rejects %s', async (_, entry) => {
    const deb = await buildDeb([{ name: './ok', contents: 'fine' }, entry]);
    await expect(collect(readDeb(deb))).rejects.toThrow(zosiaError('ZOSIA_DEB_CORRUPT'));
  });

  const withSize = (digits: string): Uint8Array => {
    const deb = Buffer.from(buildAr([VERSION, ['data.tar', 'x']]));
    const dataHeader = deb.indexOf('data.tar');
    deb.write(digits.padEnd(10), dataHeader + 48);
    return deb;
  };

  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    ['text', Buffer.from('not a package at all')],
    ['another ar archive', buildAr([['object.o', 'x']])],
    ['an archive without members', buildAr([])],
    ['a later version of the format', buildAr([['debian-binary', '3.0\n']])],
    ['a package without data', buildAr([VERSION, ['control.tar.xz', 'x']])],
    ['data compressed with bzip2', buildAr([VERSION, ['data.tar.bz2', 'x']])],
    ['data that is no tar archive', buildAr([VERSION, ['data.tar', 'x'.repeat(1024)]])],
    ['a size past the end', withSize('9999999999')],
    ['a size that is no number', withSize('-1')],
    ['a size in hexadecimal', withSize('0x10')],
    ['hundreds of members', buildAr(Array.from({ length: 500 }, () => VERSION))],
  ])('rejects %s', async (_, deb) => {
    await expect(collect(readDeb(deb))).rejects.toThrow(zosiaError('ZOSIA_DEB_CORRUPT'));
  });

  it('rejects xz, zstd and gzip data that is something else', async () => {
    for (const [ending, code] of [
      ['xz', 'ZOSIA_XZ_CORRUPT'],
      ['zst', 'ZOSIA_ZSTD_CORRUPT'],
      ['gz', 'ZOSIA_GZIP_CORRUPT'],
    ] as const) {
      const deb = buildAr([VERSION, [`data.tar.${ending}`, 'something else']]);
      await expect(collect(readDeb(deb))).rejects.toThrow(zosiaError(code));
    }
  });

  it('reads a package with changed bytes or throws a ZosiaError', async () => {
    const deb = await buildDeb(FILES);
    const change = fc.tuple(fc.nat(deb.length - 1), fc.constantFrom(0, 0x20, 0x31, 0x80, 0xff));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const damaged = deb.slice();
        for (const [offset, value] of changes) damaged[offset] = value;
        const read = collect(readDeb(damaged));
        const outcome: unknown = await read.catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'ZosiaError' });
      }),
      { numRuns: 500 },
    );
  });
});
