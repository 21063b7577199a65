import { expect, it } from 'vitest';
import { columns } from '../../../src/cli/output/columns.js';

it('makes each column as wide as its widest cell, counted in characters', () => {
  expect(
    columns([
      ['a', 'bb', ''],
      ['😀😀', 'c', 'd'],
    ]),
  ).toEqual(['a   bb', '😀😀  c   d']);
});
