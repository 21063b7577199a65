import fc from 'fast-check';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import type { Image, Segment } from '../../src/image/image.js';

/** What the file of {@link scatteredImages} holds: no two of its sectors are the same. */
export const SCATTERED_FILE = Buffer.from(
  Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >> 9)) % 251),
);

interface Piece {
  readonly gap: number;
  readonly kind: 'bytes' | 'file' | 'aligned';
  readonly length: number;
  readonly fileOffset: number;
}

const PIECES = fc.array(
  fc.record<Piece>({
    gap: fc.nat(3000),
    kind: fc.constantFrom('bytes', 'file', 'aligned'),
    length: fc.integer({ min: 1, max: 20_000 }),
    fileOffset: fc.nat(100_000),
  }),
  { maxLength: 12 },
);

/** Images of bytes, gaps, and ranges of the file at a path, which lie as its sectors do or otherwise. */
export const scatteredImages = (path: string): fc.Arbitrary<Image> =>
  fc
    .tuple(PIECES, fc.integer({ min: 1, max: 2000 }))
    .map(([pieces, rest]) => imageOf(pieces, rest, path));

function imageOf(pieces: readonly Piece[], rest: number, path: string): Image {
  let end = 0;
  const segments: Segment[] = pieces.map(({ gap, kind, length, fileOffset }) => {
    let offset = end + gap;
    if (kind === 'aligned') offset += (fileOffset - offset) & 511;
    end = offset + length;
    return kind === 'bytes'
      ? bytesSegment(offset, new Uint8Array(length).fill(length & 255))
      : { offset, length, source: { kind: 'file', path, offset: fileOffset } };
  });
  return makeImage(end + rest, segments);
}
