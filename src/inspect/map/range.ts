import { firstEndingAfter } from '../../image/first-ending-after.js';

/** What a range is for, as far as it is drawn alike. */
export type RangeKind =
  /** Has others in it: a disk, a partition, a file system, an archive. */
  | 'container'
  /** What a format keeps for itself: superblocks, tables, headers. */
  | 'structure'
  | 'directory'
  | 'file'
  /** A piece of a file whose format is known: a tensor. */
  | 'part'
  | 'free'
  /** In use without a name, or what cannot be read. */
  | 'lost'
  /** Many small ranges that are drawn as one. */
  | 'rest';

/** A run of bytes, and what lies in it. */
export interface MapRange {
  /** In bytes from the start of what the parent holds. */
  readonly offset: number;
  /** In bytes, greater than zero. */
  readonly length: number;
  readonly kind: RangeKind;
  /** `block bitmaps`, `partition 1`, `file` ... */
  readonly what: string;
  /** Printable: a path, a label, a tensor's name. */
  readonly name?: string | undefined;
  /** A further fact, in words. */
  readonly note?: string | undefined;
  /** The bytes that the children's offsets count in, where these are not its own: what it unpacks to. */
  readonly unpackedBytes?: number | undefined;
  /** Of a range of a host file: where in that it begins, in bytes. */
  readonly from?: number | undefined;
  /** In order, without gaps and overlaps, from the first byte to the last; or none. */
  readonly children?: readonly MapRange[] | undefined;
}

/** The bytes that the children of a range cover. */
export const innerBytes = ({ length, unpackedBytes }: MapRange): number => unpackedBytes ?? length;

/** Names what lies in a gap. */
export type NameGap = Omit<MapRange, 'offset' | 'length' | 'children'>;

/**
 * Ranges in order, with what nobody claims in between, so that they cover everything from 0 to
 * `sizeBytes` once. Of ranges that overlap, as they do in damaged images only, the one that begins first
 * keeps what both claim, the longer one if they begin alike; what lies outside is cut off.
 */
export function tile(ranges: readonly MapRange[], sizeBytes: number, gap: NameGap): MapRange[] {
  const ordered = [...ranges].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const tiled: MapRange[] = [];
  let end = 0;
  for (const range of ordered) {
    const start = Math.max(range.offset, end);
    const kept = cut(range, start, Math.min(range.offset + range.length, sizeBytes));
    if (!kept) continue;
    if (start > end) tiled.push({ ...gap, offset: end, length: start - end });
    tiled.push(kept);
    end = kept.offset + kept.length;
  }
  if (end < sizeBytes) tiled.push({ ...gap, offset: end, length: sizeBytes - end });
  return tiled;
}

/** The part of a range from one place to another, both counted as its own offset is; undefined: nothing. */
export function cut(range: MapRange, from: number, to: number): MapRange | undefined {
  const start = Math.max(range.offset, from);
  const end = Math.min(range.offset + range.length, to);
  if (start >= end) return undefined;
  if (start === range.offset && end - start === range.length) return range;
  const { unpackedBytes, children, from: fileOffset, ...rest } = range;
  // Nobody can say which of what it unpacks to a part of a packed range is.
  const isPacked = unpackedBytes !== undefined;
  return {
    ...rest,
    offset: start,
    length: end - start,
    from: fileOffset === undefined ? undefined : fileOffset + start - range.offset,
    children:
      isPacked || !children
        ? undefined
        : shifted(cutAll(children, start - range.offset, end - range.offset), range.offset - start),
  };
}

/** {@link cut} of each of some ranges that are in order and do not overlap. */
export function cutAll(ranges: readonly MapRange[], from: number, to: number): MapRange[] {
  const found: MapRange[] = [];
  for (let i = firstEndingAfter(ranges, from, endOf); i < ranges.length; i++) {
    const range = ranges[i]!;
    if (range.offset >= to) break;
    const kept = cut(range, from, to);
    if (kept) found.push(kept);
  }
  return found;
}

/** The same ranges, each so many bytes further on. */
export function shifted(ranges: readonly MapRange[], bytes: number): MapRange[] {
  return ranges.map((range) => ({ ...range, offset: range.offset + bytes }));
}

/**
 * Puts ranges into containers that lie one behind the other. Ranges that cross a border are cut there.
 *
 * @param ranges in order, without gaps and overlaps
 * @param containers likewise, over the same bytes, without children; what is of another kind stays as it is
 */
export function nest(ranges: readonly MapRange[], containers: readonly MapRange[]): MapRange[] {
  return containers.map((container) => {
    const { offset, length, kind } = container;
    if (kind !== 'container') return container;
    const children = shifted(cutAll(ranges, offset, offset + length), -offset);
    return { ...container, children };
  });
}

const endOf = ({ offset, length }: MapRange): number => offset + length;
