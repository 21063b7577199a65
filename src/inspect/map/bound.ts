import type { MapRange } from './range.js';

/** A map that is small enough to be shown, and how much of the whole one it leaves out. */
export interface BoundedMap {
  readonly range: MapRange;
  /** Ranges of the whole map. */
  readonly rangeCount: number;
  /** Those that are not in it by themselves. */
  readonly leftOutCount: number;
}

/** What a range takes of a page besides its name and its note: numbers, commas and brackets. */
const RANGE_COST = 40;

/**
 * Leaves out the smallest ranges of a map that would take too much: those that follow each other become
 * one of the kind `rest`. What formats keep for themselves, and what holds others, goes last.
 *
 * @param mostBytes of the page, roughly
 */
export function boundMap(range: MapRange, mostBytes: number): BoundedMap {
  const nodes = listNodes(range);
  const total = nodes.reduce((sum, { cost }) => sum + cost, 0);
  const whole = { range, rangeCount: nodes.length, leftOutCount: 0 };
  if (total <= mostBytes) return whole;
  // Ranges that are kept may have some that are left out on both sides.
  const order = nodes.map((_, index) => index);
  order.sort((a, b) => nodes[b]!.rank - nodes[a]!.rank || a - b);
  const kept = new Set<MapRange>();
  let left = mostBytes;
  for (const index of order) {
    const { cost, range: each } = nodes[index]!;
    left -= cost + RANGE_COST;
    if (left < 0 && kept.size > 0) break;
    kept.add(each);
  }
  const leftOutCount = nodes.length - kept.size;
  return { ...whole, range: withoutOthers(range, kept), leftOutCount };
}

interface Node {
  readonly range: MapRange;
  readonly cost: number;
  /** What is kept first has the highest; never higher than that of the parent. */
  readonly rank: number;
}

/** A range and all within it, parents first. */
function listNodes(root: MapRange): Node[] {
  const nodes: Node[] = [];
  const add = (range: MapRange, most: number, isInContainer: boolean): void => {
    const { kind, name, note, length, children = [] } = range;
    const isFrame = isInContainer && (kind === 'container' || kind === 'structure');
    const rank = Math.min(isFrame ? Infinity : length, most);
    nodes.push({ range, cost: RANGE_COST + textBytes(name) + textBytes(note), rank });
    for (const child of children) add(child, rank, kind === 'container');
  };
  add(root, Infinity, true);
  return nodes;
}

const encoder = new TextEncoder();

const textBytes = (text: string | undefined): number =>
  text === undefined ? 0 : encoder.encode(JSON.stringify(text)).length;

function withoutOthers(range: MapRange, kept: ReadonlySet<MapRange>): MapRange {
  const { children = [] } = range;
  const shown: MapRange[] = [];
  let leftOut: MapRange[] = [];
  const end = (): void => {
    if (leftOut.length > 0) shown.push(restOf(leftOut));
    leftOut = [];
  };
  for (const child of children) {
    if (!kept.has(child)) leftOut.push(child);
    else {
      end();
      shown.push(withoutOthers(child, kept));
    }
  }
  end();
  return { ...range, children: shown };
}

function restOf(ranges: readonly MapRange[]): MapRange {
  const { offset } = ranges[0]!;
  const last = ranges.at(-1)!;
  const count = ranges.reduce((sum, range) => sum + countOf(range), 0);
  return {
    offset,
    length: last.offset + last.length - offset,
    kind: 'rest',
    what: `${count} smaller ${count === 1 ? 'range' : 'ranges'}`,
  };
}

const countOf = ({ children = [] }: MapRange): number =>
  children.reduce((sum, child) => sum + countOf(child), 1);
