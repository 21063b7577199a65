import { checkRange } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { FileRegion } from '../regions.js';
import { Contents, hasKnownContent } from './content.js';
import { cutAll, shifted, tile } from './range.js';
import type { MapRange, RangeKind } from './range.js';

const KINDS: Readonly<Record<string, RangeKind>> = {
  file: 'file',
  directory: 'directory',
  symlink: 'file',
  free: 'free',
  unused: 'free',
  'rest of a cluster': 'free',
  reserved: 'free',
  'lost clusters': 'lost',
  'bad clusters': 'lost',
};

/**
 * The regions of a file system as ranges, and in files of a known format what is in them. A file may lie
 * in several pieces.
 *
 * @param source the file system
 * @returns in order, without gaps and overlaps, up to the end of the source
 */
export async function regionRanges(
  regions: readonly FileRegion[],
  source: RandomAccess,
  contents: Contents,
): Promise<MapRange[]> {
  const known = await knownContents(regions, source, contents);
  const ranges = regions.map(({ offset, length, what, path, file }): MapRange => {
    const inFile = path === undefined ? undefined : known.get(path);
    const children =
      file && inFile
        ? shifted(cutAll(inFile, file.offset, file.offset + length), -file.offset)
        : undefined;
    return { offset, length, kind: KINDS[what] ?? 'structure', what, name: path, children };
  });
  return tile(ranges, source.sizeBytes, { kind: 'free', what: 'outside of the file system' });
}

/** What lies where in each file of a known format, up to the end of its last block. */
async function knownContents(
  regions: readonly FileRegion[],
  source: RandomAccess,
  contents: Contents,
): Promise<ReadonlyMap<string, readonly MapRange[]>> {
  const pieces = new Map<string, FileRegion[]>();
  for (const region of regions) {
    const { path, file } = region;
    if (path === undefined || !file || !hasKnownContent(path)) continue;
    const before = pieces.get(path);
    if (before) before.push(region);
    else pieces.set(path, [region]);
  }
  const known = new Map<string, readonly MapRange[]>();
  for (const [path, ofFile] of pieces) {
    const found = await contents.of(path, accessPieces(source, ofFile));
    if (!found) continue;
    const mappedEnd = Math.max(...ofFile.map(({ file, length }) => file!.offset + length));
    const end = Math.max(mappedEnd, ofFile[0]!.file!.sizeBytes);
    known.set(path, tile(found, end, { kind: 'free', what: 'rest of the last block' }));
  }
  return known;
}

/** A file whose bytes lie in pieces of a source; what is in none of them reads as zeros. */
function accessPieces(source: RandomAccess, pieces: readonly FileRegion[]): RandomAccess {
  const { sizeBytes } = pieces[0]!.file!;
  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      const bytes = new Uint8Array(length);
      for (const piece of pieces) {
        const start = Math.max(offset, piece.file!.offset);
        const end = Math.min(offset + length, piece.file!.offset + piece.length);
        if (start >= end) continue;
        const at = piece.offset + start - piece.file!.offset;
        bytes.set(await source.read(at, end - start), start - offset);
      }
      return bytes;
    },
  };
}
