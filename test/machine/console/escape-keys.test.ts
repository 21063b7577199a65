import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EscapeKeys } from '../../../src/machine/console/escape-keys.js';

const feed = (...pieces: string[]) => {
  const keys = new EscapeKeys();
  let forwarded = '';
  for (const piece of pieces) {
    const { forward, end } = keys.feed(Buffer.from(piece, 'latin1'));
    forwarded += Buffer.from(forward).toString('latin1');
    if (end) return { forwarded, end };
  }
  return { forwarded, end: false };
};

describe('EscapeKeys', () => {
  it('passes on ordinary keys, including Ctrl+C and NUL', () => {
    expect(feed('hi\r\x03\0\x04')).toEqual({ forwarded: 'hi\r\x03\0\x04', end: false });
  });

  it.each(['x', 'X'])('ends at Ctrl+A %s and drops what follows', (key) => {
    expect(feed(`ab\x01${key}cd`)).toEqual({ forwarded: 'ab', end: true });
  });

  it('recognises an escape that is split over two chunks', () => {
    expect(feed('a\x01', 'x')).toEqual({ forwarded: 'a', end: true });
    expect(feed('a\x01', '\x01', 'x')).toEqual({ forwarded: 'a\x01x', end: false });
  });

  it('sends one Ctrl+A for two', () => {
    expect(feed('\x01\x01')).toEqual({ forwarded: '\x01', end: false });
    expect(feed('\x01\x01\x01\x01x')).toEqual({ forwarded: '\x01\x01x', end: false });
  });

  it('passes on Ctrl+A together with any other key that follows', () => {
    expect(feed('\x01b')).toEqual({ forwarded: '\x01b', end: false });
  });

  it('gives the same result however the keys are split', () => {
    const key = fc.constantFrom('\x01', 'x', 'X', 'a', '\xff');
    fc.assert(
      fc.property(fc.array(key), fc.array(fc.nat(20)), (typed, cuts) => {
        const pieces: string[] = [];
        let rest = typed.join('');
        for (const cut of cuts) {
          pieces.push(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        expect(feed(...pieces, rest)).toEqual(feed(typed.join('')));
      }),
    );
  });
});
