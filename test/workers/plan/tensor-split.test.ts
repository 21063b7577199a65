import { describe, expect, it } from 'vitest';
import { parseTensorSplit } from '../../../src/workers/plan/tensor-split.js';
import { zosiaError } from '../../support/errors.js';

describe('parseTensorSplit', () => {
  it.each([
    ['3,1', [3, 1]],
    ['0.25, 0.75', [0.25, 0.75]],
    ['0,1', [0, 1]],
    ['7', [7]],
  ])('reads %j', (text, shares) => {
    expect(parseTensorSplit(text, shares.length)).toEqual(shares);
  });

  it.each([
    ['', 1],
    ['3,', 2],
    ['3;1', 2],
    ['3/1', 2],
    ['-1,2', 2],
    ['1e3,1', 2],
    ['NaN,1', 2],
    ['Infinity,1', 2],
    ['.5,1', 2],
    ['0,0', 2],
    ['3,1', 3],
    ['3,1', 1],
  ])('refuses %j for %i', (text, count) => {
    expect(() => parseTensorSplit(text, count)).toThrow(zosiaError('ZOSIA_TENSOR_SPLIT_INVALID'));
  });
});
