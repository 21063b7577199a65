import { firstEndingAfter } from '../../image/first-ending-after.js';
import type { PageRange } from './data.js';

/** The part of an image that is drawn, in bytes from its start; `start` < `end`. */
export interface View {
  readonly start: number;
  readonly end: number;
}

/** What is drawn as one: a range, or several that are too small. */
export interface Cell {
  /** The first and the last of its ranges, by their places in the row. */
  readonly first: number;
  readonly last: number;
  /** In pixels from the left of the view; may begin before it and end behind it. */
  readonly x: number;
  readonly width: number;
  /** Whether it is several ranges, drawn together for want of room. */
  readonly isCluster: boolean;
}

/** Below this width, in pixels, ranges that follow each other are drawn together. */
export const MIN_WIDTH = 5;

/** Ranges by depth, those of each in order. */
export function rowsByDepth(ranges: readonly PageRange[]): PageRange[][] {
  const rows: PageRange[][] = [];
  for (const range of ranges) (rows[range.depth] ??= []).push(range);
  return rows;
}

const endOf = ({ end }: PageRange): number => end;

/** The index of the first range of a row that ends after a place. */
export const rangeAt = (row: readonly PageRange[], place: number): number =>
  firstEndingAfter(row, place, endOf);

/**
 * The cells of a row that are in view.
 *
 * @param row ranges in order, without overlaps
 * @param width of the view, in pixels
 */
export function layOut(row: readonly PageRange[], { start, end }: View, width: number): Cell[] {
  const scale = width / (end - start);
  const cells: Cell[] = [];
  for (let i = rangeAt(row, start); i < row.length && row[i]!.start < end;) {
    const { last, isCluster } = together(row, i, scale);
    const x = (row[i]!.start - start) * scale;
    cells.push({ first: i, last, x, width: (row[last]!.end - row[i]!.start) * scale, isCluster });
    i = last + 1;
  }
  return cells;
}

/** The last range that is drawn together with the one at `first`. */
function together(
  row: readonly PageRange[],
  first: number,
  scale: number,
): Pick<Cell, 'last' | 'isCluster'> {
  const isSmall = ({ start, end }: PageRange): boolean => (end - start) * scale < MIN_WIDTH;
  let last = first;
  if (!isSmall(row[first]!)) return { last, isCluster: false };
  for (let next = first + 1; next < row.length; next++) {
    const gap = (row[next]!.start - row[last]!.end) * scale;
    if (gap >= MIN_WIDTH || !isSmall(row[next]!)) break;
    last = next;
  }
  return { last, isCluster: last > first };
}

/** A view that lies within `whole`, no wider than that and no narrower than `least`. */
export function clampView({ start, end }: View, whole: View, least: number): View {
  const length = Math.min(Math.max(end - start, least), whole.end - whole.start);
  const middle = (start + end) / 2;
  const from = Math.min(Math.max(middle - length / 2, whole.start), whole.end - length);
  return { start: from, end: from + length };
}

/** Places for the marks of an axis: multiples of a power of two, at most `most` of them. */
export function axisTicks({ start, end }: View, most: number): number[] {
  const step = 2 ** Math.max(0, Math.ceil(Math.log2((end - start) / most)));
  const ticks: number[] = [];
  for (let tick = Math.ceil(start / step) * step; tick <= end; tick += step) ticks.push(tick);
  return ticks;
}
