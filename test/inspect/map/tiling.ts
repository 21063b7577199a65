import { expect } from 'vitest';
import { innerBytes } from '../../../src/inspect/map/range.js';
import type { MapRange } from '../../../src/inspect/map/range.js';

/** Fails unless what lies in a range, at every depth, covers it exactly: in order, no gap, no overlap. */
export function expectTiled(range: MapRange): void {
  const { children = [], what, name } = range;
  expect(range.length, what).toBeGreaterThan(0);
  if (children.length === 0) return;
  let end = 0;
  for (const child of children) {
    expect(child.offset, `${child.what} in ${what} ${name ?? ''}`).toBe(end);
    end += child.length;
    expectTiled(child);
  }
  expect(end, `what lies in ${what} ${name ?? ''}`).toBe(innerBytes(range));
}

/** A range as nested text, one line each: `what name offset+length`. */
export function outline(range: MapRange, depth = 0): string[] {
  const { what, name, offset, length, children = [] } = range;
  const words = [what, ...(name === undefined ? [] : [name]), `${offset}+${length}`].join(' ');
  return [
    `${'  '.repeat(depth)}${words}`,
    ...children.flatMap((child) => outline(child, depth + 1)),
  ];
}

/** All ranges, parents first. */
export function allRanges(range: MapRange): MapRange[] {
  return [range, ...(range.children ?? []).flatMap(allRanges)];
}
