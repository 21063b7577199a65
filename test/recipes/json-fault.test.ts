import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from '../../src/recipes/json-fault.js';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('jsonFault', () => {
  it('finds none where JSON.parse finds none, and one in every other text', () => {
    const alphabet = [
      ...Array.from('{}[]",:\\ \n\t0123456789-+.eEtruefalsnu/b'),
      '\u0001',
      'é',
      '😀',
      '\u00a0',
    ];
    const mutated = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ...alphabet), fc.boolean())
      .map(([json, at, character, replaces]) => {
        const place = at % (json.length + 1);
        return json.slice(0, place) + character + json.slice(place + (replaces ? 1 : 0));
      });
    const texts = fc.oneof(
      mutated,
      fc.array(fc.constantFrom(...alphabet)).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(jsonFault(text, 1000) === undefined, JSON.stringify(text)).toBe(parses(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['', 1, 1, 'the end stands where a value should'],
    ['{"a": }', 1, 7, '"}" stands where a value should'],
    ['{\n  "a": 1,\n}', 3, 1, '"}" stands where a name in double quotes should'],
    ['{"a" 1}', 1, 6, '"1" stands where ":" should'],
    ['[1 2]', 1, 4, '"2" stands where "," or "]" should'],
    ['{} x', 1, 4, '"x" follows the end of the value'],
    ['["a', 1, 4, 'a string is not ended'],
    ['["\\x"]', 1, 3, 'a backslash begins no escape that JSON has'],
    ['["\t"]', 1, 3, '"\\t" stands in a string without its escape'],
    ["{'a': 1}", 1, 2, '"\'" stands where a name in double quotes should'],
  ])('tells the place of what is wrong with %j', (text, line, column, problem) => {
    expect(jsonFault(text, 10)).toEqual({ line, column, problem });
  });

  it('bounds how deep a text is nested', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(jsonFault(nested(64), 64)).toBeUndefined();
    expect(jsonFault(nested(65), 64)).toEqual({
      line: 1,
      column: 65,
      problem: 'it is nested too deep',
    });
    expect(jsonFault('['.repeat(1_000_000), 64)?.column).toBe(65);
  });
});
