import fc from 'fast-check';
import { bytesData } from '../../../src/image/file-data.js';
import { CLUSTER_SIZES } from '../../../src/formats/fat/options.js';
import type { FatEntry, FatOptions } from '../../../src/formats/fat/plan.js';
import { pattern } from '../ext4/layouts.js';

export interface ArbitraryTree {
  readonly entries: readonly FatEntry[];
  readonly options: FatOptions;
  /** Every file's contents and every directory (undefined) by path. */
  readonly expected: ReadonlyMap<string, Uint8Array | undefined>;
}

const shortName = fc.stringMatching(/^[a-zA-Z0-9_~-]{1,8}(\.[a-zA-Z]{1,3})?$/);
const alike = fc.integer({ min: 0, max: 40 }).map((n) => `Name that begins alike ${n}.text`);
const collider = fc.constantFrom('NAMETH~1.TEX', 'nameth~2.tex', 'Nameth~3.TEX', 'NAMETH~4');
const characters = 'abcXYZ019 .+,;=[]~_äÖéßøπЖ日本語'.split('');
const text = fc
  .array(fc.constantFrom(...characters), { minLength: 1, maxLength: 40 })
  .map((units) => `${units.join('')}x`);
/** Round the borders between the pieces of a name. */
const long = fc.integer({ min: 9, max: 255 }).map((length) => 'l'.repeat(length));
const name = fc.oneof(shortName, alike, collider, text, long).filter((each) => !/^\s/.test(each));

const SIZES = [0, 1, 511, 512, 513, 1024, 4096, 4097, 20_000];

const file = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 4 }),
  sizeBytes: fc.constantFrom(...SIZES),
});

const options: fc.Arbitrary<FatOptions> = fc.oneof(
  fc.constant({}),
  fc.constantFrom(...CLUSTER_SIZES).map((clusterSizeBytes) => ({ clusterSizeBytes })),
  fc.constantFrom<FatOptions>(
    { type: 'FAT16' },
    { type: 'FAT32', clusterSizeBytes: 512 },
    { esp: true },
    { esp: true, sizeBytes: 40 * 2 ** 20 },
    { sizeBytes: 5_000_000 },
    { extraBytes: 100_000, label: 'ROOM' },
  ),
);

/** Trees without names that differ in case only: the first of them stays. */
export const arbitraryTree: fc.Arbitrary<ArbitraryTree> = fc
  .record({ files: fc.array(file, { maxLength: 60 }), options })
  .map((generated) => {
    const spelling = new Map<string, string>();
    const expected = new Map<string, Uint8Array | undefined>();
    const entries: FatEntry[] = [];
    for (const { path: names, sizeBytes } of generated.files) {
      const paths = names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`);
      const path = paths.at(-1)!;
      const folders = paths.slice(0, -1);
      const isNew = !spelling.has(fold(path));
      const fits = folders.every(
        (each) =>
          (spelling.get(fold(each)) ?? each) === each &&
          (!expected.has(each) || expected.get(each) === undefined),
      );
      if (!isNew || !fits) continue;
      for (const each of paths) spelling.set(fold(each), each);
      for (const each of folders) expected.set(each, undefined);
      const contents = pattern(sizeBytes);
      expected.set(path, contents);
      entries.push({ type: 'file', path, data: bytesData(contents) });
    }
    return { entries, options: generated.options, expected };
  });

function fold(path: string): string {
  return path.toUpperCase().toLowerCase();
}
