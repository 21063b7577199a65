import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCpio } from '../../../src/formats/cpio/reader.js';
import type { CpioMember } from '../../../src/formats/cpio/reader.js';
import { HEADER_BYTES, NEWC_FIELDS } from '../../../src/formats/cpio/layout.js';
import type { NewcFieldName } from '../../../src/formats/cpio/layout.js';
import { planCpio } from '../../../src/formats/cpio/writer.js';
import type { CpioEntry } from '../../../src/formats/cpio/writer.js';
import { accessImage } from '../../../src/image/access-image.js';
import { accessBytes } from '../../../src/image/random-access.js';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { ZosiaError } from '../../../src/errors.js';
import { escapeName } from '../../../src/formats/escaped-name.js';
import { collect } from '../../support/async.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { SAMPLE, file, trees } from './entries.js';

function members(source: RandomAccess): Promise<CpioMember[]> {
  return collect(readCpio(source));
}

const readBytes = (bytes: Uint8Array): Promise<CpioMember[]> => members(accessBytes(bytes));

const printable = (path: string): string => escapeName(Buffer.from(path));

/** What an entry must look like when it is read back; a hard link looks like its file. */
function expected(entry: CpioEntry, all: readonly CpioEntry[]): object {
  const real = entry.type === 'hardlink' ? all.find(({ path }) => path === entry.target)! : entry;
  const { uid, gid, mtime, mode } = real;
  const common = { path: printable(entry.path), uid, gid, mtime, mode };
  switch (real.type) {
    case 'symlink':
      return { ...common, type: 'symlink', target: Buffer.from(real.target).toString('latin1') };
    case 'character-device':
    case 'block-device': {
      const { type, major, minor } = real;
      return { ...common, type, major, minor };
    }
    default:
      return { ...common, type: real.type };
  }
}

describe('readCpio', () => {
  it('reads back every entry that was planned, with its contents', async () => {
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        const source = accessImage(planCpio(tree));
        const read = await members(source);
        const paths = read.map(({ path }) => path);
        for (const entry of tree) {
          const found = read.find(({ path }) => path === printable(entry.path));
          expect(found).toMatchObject(expected(entry, tree));
          if (entry.type !== 'file') continue;
          const names = read.filter(({ inode }) => inode === found!.inode);
          expect(names.map(({ linkCount }) => linkCount)).toEqual(names.map(() => names.length));
          expect(names.slice(0, -1).every(({ sizeBytes }) => sizeBytes === 0)).toBe(true);
          const { offset, sizeBytes } = names.at(-1)!;
          expect(await source.read(offset, sizeBytes)).toEqual(entry.data);
        }
        for (const { path } of read) {
          const parent = path.slice(0, path.lastIndexOf('/'));
          if (parent !== '') expect(paths.slice(0, paths.indexOf(path))).toContain(parent);
        }
      }),
    );
  });

  it('adds missing folders with mode 0755', async () => {
    const read = await members(accessImage(planCpio([file('/a/b/c')])));
    expect(read.map(({ path, type, mode }) => [path, type, mode])).toEqual([
      ['/a', 'directory', 0o755],
      ['/a/b', 'directory', 0o755],
      ['/a/b/c', 'file', 0o644],
    ]);
  });

  it('reads an entry for the root', async () => {
    const root: CpioEntry = { path: '/', mode: 0o700, type: 'directory' };
    const read = await members(accessImage(planCpio([file('/a'), root])));
    expect(read.map(({ path, mode }) => [path, mode])).toEqual([
      ['/', 0o700],
      ['/a', 0o644],
    ]);
  });

  it.each([0, 4, 508, 512, 70_000])(
    'reads consecutive archives with %i zeros between and after them',
    async (zeros) => {
      const first = await imageBytes(planCpio([file('/a', 'first')]));
      const second = await imageBytes(planCpio([file('/b', 'second')]));
      const joined = Buffer.concat([first, Buffer.alloc(zeros), second, Buffer.alloc(zeros)]);
      const read = await readBytes(joined);
      expect(read.map(({ path, archive }) => [path, archive])).toEqual([
        ['/a', 0],
        ['/b', 1],
      ]);
      const { offset, sizeBytes } = read[1]!;
      expect(joined.toString('utf8', offset, offset + sizeBytes)).toBe('second');
    },
  );

  it('reads an archive without padding after its trailer', async () => {
    const bytes = await imageBytes(planCpio([file('/a', 'x')]));
    const end = bytes.findLastIndex((byte) => byte !== 0) + 2;
    expect(await readBytes(bytes.subarray(0, end))).toHaveLength(1);
  });
});

describe('readCpio on a damaged archive', () => {
  const good = (): Promise<Uint8Array> => imageBytes(planCpio([file('/abc', 'hello')]));

  /** The archive with one field of its first header changed. */
  async function withField(name: NewcFieldName, digits: string): Promise<Uint8Array> {
    const bytes = await good();
    bytes.set(new TextEncoder().encode(digits), NEWC_FIELDS[name].offset);
    return bytes;
  }

  async function withName(name: string): Promise<Uint8Array> {
    const bytes = await good();
    bytes.set(new TextEncoder().encode(name), HEADER_BYTES);
    return bytes;
  }

  it.each<[string, () => Promise<Uint8Array>]>([
    ['an empty file', () => Promise.resolve(new Uint8Array(0))],
    ['zeros', () => Promise.resolve(new Uint8Array(100_000))],
    ['text', () => Promise.resolve(new TextEncoder().encode('text'.repeat(100)))],
    ['a name without its NUL', () => withName('abcd')],
    ['a name past the end', () => withField('nameBytes', '00001000')],
    ['data past the end', () => withField('sizeBytes', 'FFFFFFFF')],
    [
      'an unaligned second archive',
      async () => Buffer.concat([await good(), Buffer.alloc(2), await imageBytes(planCpio([]))]),
    ],
    ['bytes after the trailer', async () => Buffer.concat([await good(), Buffer.from('....')])],
  ])('rejects %s', async (_, bytes) => {
    await expect(readBytes(await bytes())).rejects.toThrow(zosiaError('ZOSIA_CPIO_CORRUPT'));
  });

  it('rejects an archive that is cut anywhere within a member', async () => {
    const bytes = await imageBytes(planCpio([file('/abc', 'hello')]));
    const end = HEADER_BYTES + 6 + 'hello'.length;
    for (let length = 0; length < end; length++) {
      await expect(readBytes(bytes.subarray(0, length)), `${length} bytes`).rejects.toThrow(
        zosiaError('ZOSIA_CPIO_CORRUPT'),
      );
    }
  });

  it('reads an archive with changed bytes or throws a ZosiaError', async () => {
    const bytes = await imageBytes(planCpio(SAMPLE));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const damaged = bytes.slice();
          for (const [offset, value] of changes) damaged[offset] = value;
          const outcome = await readBytes(damaged).catch((error: unknown) => error);
          if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(ZosiaError);
        },
      ),
      { numRuns: 300 },
    );
  });
});
