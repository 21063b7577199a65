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
