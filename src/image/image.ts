import type { RandomAccess } from './random-access.js';

/**
 * An image is a list of segments. Every format plans one; nothing is copied while planning. Writing,
 * reading, hashing and mapping are separate and work on any plan.
 */

/** Bytes held in memory; the segment's `length` equals `bytes.length`. */
export interface BytesSource {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
}

/** What tells that a file is still the one a plan was made of, without reading it. */
export interface FileStamp {
  readonly sizeBytes: number;
  /** Time of the last change, in nanoseconds since 1970: above 2^53, and so no plain number. */
  readonly mtimeNs: bigint;
}

/** A range of a file on the host, starting at `offset` bytes. */
export interface FileSource {
  readonly kind: 'file';
  readonly path: string;
  readonly offset: number;
  /** What the file was when the image was planned; readers refuse any other. */
  readonly expect?: FileStamp | undefined;
}

/** Bytes that are made when they are asked for, starting at `offset`; the same ones every time. */
export interface AccessSource {
  readonly kind: 'access';
  readonly access: RandomAccess;
  readonly offset: number;
}

/** Where the bytes of a segment come from. */
export type Source =
  | BytesSource
  | FileSource
  | AccessSource
  /** A range of another image, starting at `offset` bytes: how a disk is composed of partitions. */
  | { readonly kind: 'image'; readonly image: Image; readonly offset: number };

export interface Segment {
  /** Byte offset in the image. */
  readonly offset: number;
  /** Length in bytes, greater than zero. */
  readonly length: number;
  readonly source: Source;
  /** What lies here, for maps and error messages: "superblock", "/model.gguf". */
  readonly label?: string | undefined;
}

export interface Image {
  /** Size in bytes. May exceed the end of the last segment; the rest reads as zeros. */
  readonly sizeBytes: number;
  /** Ordered by offset and non-overlapping; gaps read as zeros. */
  readonly segments: readonly Segment[];
}

/** A segment whose source is not another image: what {@link flatten} leaves. */
export interface LeafSegment extends Segment {
  readonly source: Exclude<Source, { readonly kind: 'image' }>;
}

/**
 * Makes an image of segments given in any order.
 *
 * @throws RangeError when segments overlap, leave the image, or have an impossible length: always a
 * defect of the format that planned them, never of the user.
 */
export function makeImage(sizeBytes: number, segments: readonly Segment[]): Image {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    throw new RangeError(`image size ${sizeBytes} is not a whole number of bytes below 2^53`);
  }
  const ordered = [...segments].sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const segment of ordered) {
    const { offset, length, source, label = 'segment' } = segment;
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || length <= 0) {
      throw new RangeError(`${label}: bad range ${offset}+${length}`);
    }
    if (source.kind !== 'bytes' && !(Number.isSafeInteger(source.offset) && source.offset >= 0)) {
      throw new RangeError(`${label}: bad source offset ${source.offset}`);
    }
    if (offset < end) throw new RangeError(`${label} at ${offset} overlaps what ends at ${end}`);
    if (source.kind === 'bytes' && source.bytes.length !== length) {
      throw new RangeError(
        `${label}: ${source.bytes.length} bytes given for a length of ${length}`,
      );
    }
    end = offset + length;
  }
  if (end > sizeBytes) throw new RangeError(`segments end at ${end}, past the size ${sizeBytes}`);
  return { sizeBytes, segments: ordered };
}

/** A segment of bytes in memory. */
export function bytesSegment(offset: number, bytes: Uint8Array, label?: string): Segment {
  return {
    offset,
    length: bytes.length,
    source: { kind: 'bytes', bytes },
    label,
  };
}

/** The part of a source that starts `skip` bytes in and runs for `length` bytes. */
export function sliceSource<T extends Source>(source: T, skip: number, length: number): T;
export function sliceSource(source: Source, skip: number, length: number): Source {
  if (source.kind === 'bytes') {
    return { kind: 'bytes', bytes: source.bytes.subarray(skip, skip + length) };
  }
  return { ...source, offset: source.offset + skip };
}

/**
 * The same image with images inside images resolved down to bytes and file ranges. What an inner image
 * does not name keeps the name of the segment it fills.
 */
export function flatten(image: Image): LeafSegment[] {
  const leaves: LeafSegment[] = [];
  for (const segment of image.segments) collect(segment, leaves);
  return leaves;
}

function collect(segment: Segment, leaves: LeafSegment[]): void {
  const { source } = segment;
  if (source.kind !== 'image') {
    leaves.push({ ...segment, source });
    return;
  }
  const from = source.offset;
  const to = from + segment.length;
  for (const inner of source.image.segments) {
    const start = Math.max(inner.offset, from);
    const end = Math.min(inner.offset + inner.length, to);
    if (start >= end) continue;
    collect(
      {
        ...inner,
        label: inner.label ?? segment.label,
        offset: segment.offset + (start - from),
        length: end - start,
        source: sliceSource(inner.source, start - inner.offset, end - start),
      },
      leaves,
    );
  }
}
