import { expect, it } from 'vitest';
import { columns } from '../../../src/cli/output/columns.js';

it('makes each column as wide as its widest cell, in columns of a terminal', () => {
  expect(
    columns([
      ['a', 'bb', ''],
      ['😀😀', 'c', 'd'],
    ]),
  ).toEqual(['a     bb', '😀😀  c   d']);
});

it('fills no cell beyond 60 columns, and cuts none where there is no terminal', () => {
  const long = 'x'.repeat(90);
  expect(
    columns([
      [long, 'b'],
      ['a', 'c'],
    ]),
  ).toEqual([`${long}  b`, `a${' '.repeat(59)}  c`]);
});

it('cuts cells of flexible columns to the width of a terminal', () => {
  const rows = [
    ['n'.repeat(70), '1 MiB', 'f'.repeat(50), 'there'],
    ['short', '2 MiB', 'f', 'there'],
  ];
  const lines = columns(rows, [0, 2], 80);
  expect(lines.map((line) => line.length)).toEqual([80, 80]);
  expect(lines[0]).toMatch(/^n+… {2}1 MiB {2}f+… {2}there$/);
  expect(columns(rows, [0, 2], 200)).toEqual(columns(rows, [0, 2], 1000));
  expect(columns(rows, [0, 2], 200)[0]).toContain('n'.repeat(70));
});
