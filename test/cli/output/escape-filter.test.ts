import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EscapeFilter } from '../../../src/cli/output/escape-filter.js';

/** What is left of bytes that come in pieces. */
function filtered(bytes: Uint8Array, pieceBytes = bytes.length || 1): string {
  const filter = new EscapeFilter();
  const kept: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    kept.push(filter.feed(bytes.subarray(start, start + pieceBytes)));
  }
  return Buffer.concat(kept).toString('latin1');
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

describe('EscapeFilter', () => {
  it.each([
    ['a colour', 'a\u001b[31mb\u001b[0mc', 'abc'],
    ['a title', 'a\u001b]0;evil\u0007b', 'ab'],
    ['the clipboard', 'a\u001b]52;c;ZXZpbA==\u001b\\b', 'ab'],
    ['a device query', 'a\u001b[6nb\u001b[cc', 'abc'],
    ['a device control string', 'a\u001bP+q544e\u001b\\b', 'ab'],
    ['a character set', 'a\u001b(0b', 'ab'],
    ['C1 controls', 'a\u009b31mb\u009d0;evil\u009cc', 'abc'],
    ['other controls', 'a\rb\bc\u007fd\u0000e', 'abcde'],
    ['a string without an end', 'a\u001b]0;evil\nb', 'a\nb'],
    ['an escape at the end', 'a\u001b', 'a'],
    ['text', 'naïve\t模 👩‍💻 ‏עברית ¢ é\n', 'naïve\t模 👩‍💻 ‏עברית ¢ é\n'],
  ])('keeps the text of %s, in pieces of any size', (_what, text, expected) => {
    const bytes = Buffer.from(text);
    for (const pieceBytes of [1, 2, 3, 5, bytes.length]) {
      expect(filtered(bytes, pieceBytes)).toBe(latin1(expected));
    }
  });

  it('drops a C1 control that is a single byte', () => {
    expect(filtered(Uint8Array.of(0x61, 0x9b, 0x33, 0x62))).toBe('a3b');
  });

  it('removes every start of a control sequence, with the same result for pieces of any size', () => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    const hostile = fc.array(fc.constantFrom(0x1b, 0x5b, 0x5d, 0x9b, 0xc2, 0xe2, 7, 0x5c, 0x41));
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          hostile.map((all) => Uint8Array.from(all)),
        ),
        (given) => {
          const whole = filtered(given);
          // eslint-disable-next-line no-control-regex
          expect(whole).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
          expect(Buffer.from(whole, 'latin1').toString('utf8')).not.toMatch(/[\u0080-\u009f]/);
          expect(filtered(given, 1)).toBe(whole);
        },
      ),
    );
  });
});
