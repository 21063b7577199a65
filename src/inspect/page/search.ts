import type { PageRange } from './data.js';

const NUMBER = /^(?:0x[0-9a-f]+|\d+)$/i;

/**
 * The ranges that a query is about, in order: those in whose words each of its words occurs, in any case;
 * and before them, if it is a number, the ranges that this byte lies in, the smallest first.
 */
export function findRanges(ranges: readonly PageRange[], query: string): PageRange[] {
  const text = query.trim().toLowerCase();
  if (text === '') return [];
  const words = text.split(/\s+/);
  const found = ranges.filter(({ what, name, note }) => {
    const said = `${what} ${name} ${note}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
  if (!NUMBER.test(text)) return found;
  const holding = rangesAt(ranges, Number(text));
  return [...holding, ...found.filter((range) => !holding.includes(range))];
}

/** The ranges that hold a byte of the image, the innermost first. */
export function rangesAt(ranges: readonly PageRange[], offset: number): PageRange[] {
  return ranges.filter(({ start, end }) => start <= offset && offset < end).reverse();
}

/** What a range of the host says of some bytes of the image. */
export interface HostPlace {
  /** Empty: a hole, which reads as zeros. */
  readonly path: string;
  /** In the file, in bytes. */
  readonly from: number;
  readonly length: number;
}

/** Where bytes of the image lie on the host, in order; at most `most` places. */
export function hostPlaces(
  host: readonly PageRange[],
  offset: number,
  length: number,
  most: number,
): HostPlace[] {
  const places: HostPlace[] = [];
  for (const range of host) {
    if (range.depth === 0) continue;
    const start = Math.max(offset, range.offset);
    const end = Math.min(offset + length, range.offset + range.length);
    if (start >= end) continue;
    places.push({ path: range.name, from: range.from + start - range.offset, length: end - start });
    if (places.length === most) break;
  }
  return places;
}
