import fc from 'fast-check';
import { bytesData } from '../../../src/formats/ext4/plan.js';
import type { Ext4Attributes, Ext4Entry } from '../../../src/formats/ext4/plan.js';
import { bytesSegment, makeImage } from '../../../src/image/image.js';
import type { Image } from '../../../src/image/image.js';
import { pattern } from '../../formats/ext4/layouts.js';

/** Paths and names in these tests are "binary" strings, one character per byte. */
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

const nameByte = fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 0x2f);
const name = fc
  .oneof(
    { weight: 4, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 12 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 250, maxLength: 255 }) },
    {
      weight: 4,
      arbitrary: fc
        .array(nameByte, { minLength: 1, maxLength: 255 })
        .map((bytes) => Uint8Array.from(bytes)),
    },
  )
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll(/[\0/]/g, '_'))
  .map((text) => (/^\.{1,2}$/.test(text) ? `${text}_` : text));

const time = fc.record({
  seconds: fc.oneof(
    fc.constantFrom(-(2 ** 31), -1, 0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 0x2_7fff_ffff),
    fc.integer({ min: -(2 ** 31), max: 0x2_7fff_ffff }),
  ),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
});

const owner = fc.oneof(
  fc.constantFrom(0, 0xffff, 0x1_0000, 0xffff_fffe),
  fc.integer({ min: 0, max: 0xffff_fffe }),
);

const xattrs = fc
  .array(
    fc.tuple(
      fc.constantFrom('user.', 'trusted.', 'security.'),
      fc.stringMatching(/^[a-z][a-z0-9_]{0,30}$/),
      fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ minLength: 80, maxLength: 160 })),
    ),
    { maxLength: 3 },
  )
  .map((list) => new Map(list.map(([prefix, rest, value]) => [prefix + rest, value])));

const attributes: fc.Arbitrary<Required<Ext4Attributes>> = fc.record({
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: owner,
  gid: owner,
  mtime: time,
  atime: time,
  ctime: time,
  crtime: time,
  xattrs,
});

/** Contents round every boundary of a block size, solid or with holes. */
function contents(blockSizeBytes: number): fc.Arbitrary<Image> {
  const size = fc
    .tuple(
      fc.constantFrom(0, 1, 2, 4, 5, 12, 13, 85, 86, 400),
      fc.constantFrom(-1, 0, 1, blockSizeBytes >> 1),
    )
    .map(([blocks, more]) => Math.max(0, blocks * blockSizeBytes + more));
  const solid = size.map((sizeBytes) => bytesData(pattern(sizeBytes)));
  const sparse = fc
    .tuple(size, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }))
    .map(([sizeBytes, cuts]) => {
      const segments = [];
      let end = 0;
      for (const [gap, length] of cuts) {
        const offset = end + (gap % (3 * blockSizeBytes));
        end = Math.min(offset + 1 + (length % (2 * blockSizeBytes)), sizeBytes);
        if (offset >= end) break;
        segments.push(bytesSegment(offset, pattern(end - offset)));
      }
      return makeImage(sizeBytes, segments);
    });
  return fc.oneof(solid, sparse);
}

type Node = Ext4Entry extends infer E
  ? E extends { path: unknown }
    ? Omit<E, 'path'>
    : never
  : never;

function node(blockSizeBytes: number): fc.Arbitrary<Node> {
  const targetBytes = fc.constantFrom(1, 58, 59, 60, 61, 200, blockSizeBytes - 1);
  const device = fc.record({ major: fc.integer({ min: 0, max: 4095 }), minor: fc.nat(0xf_ffff) });
  const content = fc.oneof(
    {
      weight: 4,
      arbitrary: contents(blockSizeBytes).map((data) => ({ type: 'file' as const, data })),
    },
    { weight: 3, arbitrary: fc.constant({ type: 'directory' as const }) },
    {
      weight: 2,
      arbitrary: targetBytes.map((length) => ({
        type: 'symlink' as const,
        target: 't'.repeat(length),
      })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('character-device' as const, 'block-device' as const), device)
        .map(([type, numbers]) => ({ type, ...numbers })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('fifo' as const, 'socket' as const).map((type) => ({ type })),
    },
  );
  return fc.tuple(content, attributes).map(([kind, more]) => ({ ...kind, ...more }));
}

export interface ArbitraryTree {
  readonly blockSizeBytes: 1024 | 2048 | 4096;
  readonly entries: readonly Ext4Entry[];
  /** Every path that must exist, but /lost+found, and the entry that says what is there. */
  readonly expected: ReadonlyMap<string, Exclude<Ext4Entry, { type: 'hardlink' }>>;
}

/** Trees of up to 40 entries: any names, any kinds, hard links, any attributes. */
export const arbitraryTree: fc.Arbitrary<ArbitraryTree> = fc
  .constantFrom(1024 as const, 2048 as const, 4096 as const)
  .chain((blockSizeBytes) =>
    fc
      .array(fc.tuple(name, fc.nat(), node(blockSizeBytes), fc.boolean()), { maxLength: 40 })
      .map((list) => ({ blockSizeBytes, ...assemble(list) })),
  );

function assemble(
  list: readonly (readonly [string, number, Node, boolean])[],
): Pick<ArbitraryTree, 'entries' | 'expected'> {
  const directories = [''];
  const linkable: string[] = [];
  const entries: Ext4Entry[] = [];
  const expected = new Map<string, Exclude<Ext4Entry, { type: 'hardlink' }>>();
  for (const [text, choice, what, link] of list) {
    const path = `${directories[choice % directories.length]!}/${text}`;
    if (expected.has(path) || path === '/lost+found') continue;
    const original = linkable[choice % linkable.length];
    if (link && original !== undefined && choice % 3 === 0) {
      entries.push({ type: 'hardlink', path: bytesOf(path), target: bytesOf(original) });
      expected.set(path, expected.get(original)!);
      continue;
    }
    const entry = { ...what, path: bytesOf(path) } as Exclude<Ext4Entry, { type: 'hardlink' }>;
    entries.push(entry);
    expected.set(path, entry);
    if (entry.type === 'directory') directories.push(path);
    else linkable.push(path);
  }
  return { entries, expected };
}
