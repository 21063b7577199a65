import { describe, expect, it } from 'vitest';
import { bytesSegment, flatten, makeImage, sliceSource } from '../../src/image/image.js';
import type { Segment } from '../../src/image/image.js';

const file = (offset: number, length: number, start = 0): Segment => ({
  offset,
  length,
  source: { kind: 'file', path: '/model.gguf', offset: start },
});

describe('makeImage', () => {
  it('orders segments by offset', () => {
    const image = makeImage(10, [file(6, 2), file(0, 4), file(4, 2)]);
    expect(image.segments.map(({ offset }) => offset)).toEqual([0, 4, 6]);
  });

  it('accepts segments that touch each other and the end', () => {
    expect(makeImage(8, [file(0, 4), file(4, 4)]).sizeBytes).toBe(8);
  });

  it.each<[string, number, Segment[]]>([
    ['overlapping segments', 10, [file(0, 5), file(4, 2)]],
    ['a segment past the end', 4, [file(0, 5)]],
    ['an empty segment', 4, [file(0, 0)]],
    ['a negative length', 4, [file(2, -1)]],
    ['a fractional offset', 4, [file(0.5, 1)]],
    ['a negative size', -1, []],
    ['a size past 2^53', 2 ** 53, []],
    ['a negative source offset', 4, [file(0, 1, -1)]],
    ['bytes of another length', 4, [{ ...bytesSegment(0, new Uint8Array(2)), length: 3 }]],
  ])('refuses %s', (_, sizeBytes, segments) => {
    expect(() => makeImage(sizeBytes, segments)).toThrow(RangeError);
  });

  it('names the segment at fault', () => {
    const late = bytesSegment(3, new Uint8Array(2), 'superblock');
    expect(() => makeImage(4, [late])).toThrow(/past the size/);
    expect(() => makeImage(9, [file(0, 4), late])).toThrow(/^superblock/);
  });
});

describe('sliceSource', () => {
  it('returns a view of bytes, and moves the offset of a file source', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    expect(sliceSource({ kind: 'bytes', bytes }, 1, 2)).toEqual({
      kind: 'bytes',
      bytes: Uint8Array.of(2, 3),
    });
    expect(sliceSource({ kind: 'file', path: 'f', offset: 7 }, 3, 1)).toEqual({
      kind: 'file',
      path: 'f',
      offset: 10,
    });
  });
});

describe('flatten', () => {
  const inner = makeImage(100, [
    bytesSegment(10, Uint8Array.of(1, 2, 3, 4), 'header'),
    file(50, 20, 1000),
  ]);

  it('cuts an inner image to the window that the outer image uses', () => {
    const outer = makeImage(1000, [
      { offset: 500, length: 48, source: { kind: 'image', image: inner, offset: 12 } },
    ]);
    expect(flatten(outer)).toEqual([
      {
        offset: 500,
        length: 2,
        label: 'header',
        source: { kind: 'bytes', bytes: Uint8Array.of(3, 4) },
      },
      { offset: 538, length: 10, source: { kind: 'file', path: '/model.gguf', offset: 1000 } },
    ]);
  });

  it('gives unlabelled inner segments the label of the outer segment', () => {
    const outer = makeImage(200, [
      { offset: 0, length: 100, label: 'p1', source: { kind: 'image', image: inner, offset: 0 } },
    ]);
    expect(flatten(outer).map(({ label }) => label)).toEqual(['header', 'p1']);
  });
});
