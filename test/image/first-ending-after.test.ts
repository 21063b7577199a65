import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstEndingAfter } from '../../src/image/first-ending-after.js';

it('firstEndingAfter returns the index that a linear search finds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.nat(300), (lengths, place) => {
      let end = 0;
      const ends = lengths.map((length) => (end += length + 1));
      const expected = ends.findIndex((each) => each > place);
      const found = firstEndingAfter(ends, place, (each) => each);
      expect(found).toBe(expected < 0 ? ends.length : expected);
    }),
  );
});
