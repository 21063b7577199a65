import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitColumns, padColumns, widthOf } from '../../../src/cli/output/width.js';

describe('widthOf', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['中文', 4],
    ['가나', 4],
    ['😀', 2],
    ['ｗ', 2],
    ['ﾜ', 1],
    ['שלום', 4],
  ])('counts the columns of %j', (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });
});

describe('fitColumns', () => {
  it('cuts no character in two, and keeps marks with their letter', () => {
    expect(fitColumns('中文', 3)).toBe('中 ');
    expect(fitColumns('ae\u0301b', 2)).toBe('ae\u0301');
  });

  it('fills exactly the columns', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', '中', '😀', 'e\u0301', ' ') });
    fc.assert(
      fc.property(letters, fc.nat(40), (text, columns) => {
        const fitted = fitColumns(text, columns);
        expect(widthOf(fitted)).toBe(columns);
        expect(text.startsWith(fitted.trimEnd())).toBe(true);
        if (widthOf(text) <= columns) expect(fitted).toBe(padColumns(text, columns));
      }),
    );
  });
});
