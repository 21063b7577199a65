import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeName, unescapeName } from '../../src/formats/escaped-name.js';

describe('escapeName', () => {
  it.each([
    ['plain text', Buffer.from('plain text')],
    ['naïve ☃', Buffer.from('naïve ☃')],
    ['back\\\\slash', Buffer.from('back\\slash')],
    ['\\x1b[31mred\\x0a', Buffer.from('\x1b[31mred\n')],
    ['\\xc2\\x9b', Buffer.from('\u009b')],
    ['caf\\xe9', Buffer.from('café', 'latin1')],
    ['\\xef\\xbb\\xbfmark', Buffer.from('\ufeffmark')],
  ])('returns %s', (text, bytes) => {
    expect(escapeName(bytes)).toBe(text);
  });

  it('returns text that unescapeName turns back into the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(Buffer.compare(unescapeName(escapeName(bytes)), bytes)).toBe(0);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = Buffer.from(text);
        expect(Buffer.compare(unescapeName(escapeName(bytes)), bytes)).toBe(0);
      }),
    );
  });

  it('unescapeName keeps a backslash that begins no escape', () => {
    expect(Buffer.from(unescapeName('a\\b\\xzz\\')).toString()).toBe('a\\b\\xzz\\');
  });
});
