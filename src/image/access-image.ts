import { firstEndingAfter } from './first-ending-after.js';
import { flatten } from './image.js';
import type { FileSource, Image, LeafSegment } from './image.js';
import { checkRange } from './random-access.js';
import type { RandomAccess } from './random-access.js';

/** Reads `length` bytes, `skip` bytes into what a file source names. */
export type FileSourceReader = (
  source: FileSource,
  skip: number,
  length: number,
) => Promise<Uint8Array>;

/**
 * Reads an image that was never written. Bytes of files come from `readFile`; without one, an image that
 * refers to files cannot be read.
 *
 * @throws RangeError from `read`, for a range outside of the image, and for a file without `readFile`
 */
export function accessImage(image: Image, readFile: FileSourceReader = noFiles): RandomAccess {
  const segments = flatten(image);

  const readLeaf = async (leaf: LeafSegment, skip: number, length: number): Promise<Uint8Array> => {
    const { source } = leaf;
    if (source.kind === 'bytes') return source.bytes.subarray(skip, skip + length);
    if (source.kind === 'access') return source.access.read(source.offset + skip, length);
    return readFile(source, skip, length);
  };

  return {
    sizeBytes: image.sizeBytes,
    async read(offset, length) {
      checkRange(image.sizeBytes, offset, length);
      const end = offset + length;
      const result = new Uint8Array(length);
      for (let i = firstEndingAfter(segments, offset, endOf); i < segments.length; i++) {
        const leaf = segments[i]!;
        if (leaf.offset >= end) break;
        const from = Math.max(leaf.offset, offset);
        const to = Math.min(leaf.offset + leaf.length, end);
        result.set(await readLeaf(leaf, from - leaf.offset, to - from), from - offset);
      }
      return result;
    },
  };
}

const endOf = ({ offset, length }: LeafSegment): number => offset + length;

const noFiles: FileSourceReader = ({ path }) =>
  Promise.reject(new RangeError(`the image refers to ${path}, and files are not read here`));
