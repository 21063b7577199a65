import type { RangeKind } from '../map/range.js';

/** The kinds of ranges by the numbers that they have in the page. */
export const KINDS = [
  'container',
  'structure',
  'directory',
  'file',
  'part',
  'free',
  'lost',
  'rest',
] as const satisfies readonly RangeKind[];

/**
 * A range in the page: how deep it lies, offset (in bytes of the image or, in what is packed, of what that
 * unpacks to), length, kind, and the numbers of texts for what it is,
 * its name and its note; the bytes that it unpacks to; of a range of a host file, where in that it begins.
 * Zeros at the end are left out; text 0 is the empty one.
 */
export type Row = readonly number[];

/** What the page draws, as JSON. */
export interface PageData {
  readonly texts: readonly string[];
  /** Parents before what lies in them. */
  readonly contents: readonly Row[];
  /** Where the bytes lie on the host: one range, and those of files in it. */
  readonly host: readonly Row[];
}

/** A range as the page's program has it. */
export interface PageRange {
  /** Its place among all ranges. */
  readonly id: number;
  readonly depth: number;
  readonly kind: RangeKind;
  readonly what: string;
  readonly name: string;
  readonly note: string;
  /** In bytes from the start of the image or, in what is packed, from the start of what that unpacks to. */
  readonly offset: number;
  readonly length: number;
  /** The packed range that it lies in, and in whose bytes it counts. */
  readonly packedIn: PageRange | undefined;
  /** Where it is drawn, in bytes of the image: a fraction of one in what is packed. */
  readonly start: number;
  readonly end: number;
  readonly unpackedBytes: number;
  /** Of a range of a host file: where in that it begins, in bytes. */
  readonly from: number;
  readonly parent: PageRange | undefined;
  readonly children: readonly PageRange[];
}

/** A range while the rows are read. */
interface GrowingRange extends PageRange {
  length: number;
  end: number;
  readonly children: PageRange[];
}

/**
 * The ranges of a page, parents before what lies in them. Pieces of one thing that follow each other, cut
 * at the borders of what they lie in, become one range again: it has the first of those for its parent,
 * and is a child of each.
 */
export function decodeRows(rows: readonly Row[], texts: readonly string[]): PageRange[] {
  const ranges: PageRange[] = [];
  const open: GrowingRange[] = [];
  /** The last range of each depth. */
  const lastOf: GrowingRange[] = [];
  for (const row of rows) {
    const depth = row[0] ?? 0;
    open.length = depth;
    const parent = open.at(-1);
    const range = readRow(row, texts, parent, ranges.length);
    const last = lastOf[depth];
    const whole = last && continues(last, range) ? last : range;
    if (whole === range) {
      lastOf[depth] = range;
      ranges.push(range);
    } else {
      whole.length += range.length;
      whole.end = range.end;
    }
    if (parent && parent.children.at(-1) !== whole) parent.children.push(whole);
    open.push(whole);
  }
  return ranges;
}

function readRow(
  row: Row,
  texts: readonly string[],
  parent: GrowingRange | undefined,
  id: number,
): GrowingRange {
  const at = (column: number): number => row[column] ?? 0;
  const text = (column: number): string => texts[at(column)] ?? '';
  const [depth, offset, length] = [at(0), at(1), at(2)];
  const isPacked = (parent?.unpackedBytes ?? 0) > 0;
  const scale = parent
    ? (parent.end - parent.start) / (isPacked ? parent.unpackedBytes : parent.length)
    : 1;
  const origin = isPacked ? 0 : (parent?.offset ?? 0);
  const start = (parent?.start ?? 0) + (offset - origin) * scale;
  return {
    id,
    depth,
    kind: KINDS[at(3)] ?? 'rest',
    what: text(4),
    name: text(5),
    note: text(6),
    offset,
    length,
    packedIn: isPacked ? parent : parent?.packedIn,
    start,
    end: start + length * scale,
    unpackedBytes: at(7),
    from: at(8),
    parent,
    children: [],
  };
}

/** Whether a range is the next piece of what the last one is a piece of. */
function continues(last: PageRange, { kind, what, name, offset, packedIn }: PageRange): boolean {
  return (
    kind !== 'container' &&
    kind !== 'rest' &&
    last.kind === kind &&
    last.what === what &&
    last.name === name &&
    last.packedIn === packedIn &&
    last.offset + last.length === offset
  );
}
