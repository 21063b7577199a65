import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asItLooks, deceptiveCharacter, hasUnseen } from '../../src/formats/unseen.js';

describe('a character by which a name could be taken for another', () => {
  it.each([
    ['a hangul filler', '\u3164', 'U+3164, which cannot be seen'],
    ['a space that does not break', '\u00a0', 'U+00A0, which cannot be seen'],
    ['a wide space', '\u3000', 'U+3000, which cannot be seen'],
    ['a zero width space', '\u200b', 'U+200B, which cannot be seen'],
    ['an override of the direction', '\u202e', 'U+202E, which cannot be seen'],
    ['a selector of a variation', '\ufe0f', 'U+FE0F, which cannot be seen'],
    ['a tag', '\u{e0041}', 'U+E0041, which cannot be seen'],
    ['a control', '\u0007', 'U+0007, which cannot be seen'],
    ['half of a pair', '\ud800', 'U+D800, which cannot be seen'],
    ['the blank of Braille', '\u2800', 'U+2800, which cannot be seen'],
    ['a full width letter', '\uff41', 'U+FF41, which looks like a'],
    ['a letter of mathematics', '\u{1d400}', 'U+1D400, which looks like A'],
    ['a dot that leads', '\u2024', 'U+2024, which looks like .'],
    ['a slash of fractions', '\u2044', 'U+2044, which looks like /'],
  ])('is %s', (_what, character, told) => {
    expect(deceptiveCharacter(`model${character}.gguf`)).toBe(told);
  });

  it.each(['phi-3.5 mini', 'модель', '模型', 'naïve', 'モデル', 'नमूना', '\u{1f999}'])(
    'is none of %s',
    (name) => {
      expect(deceptiveCharacter(name)).toBeUndefined();
    },
  );

  it('is never ASCII that is printed, and always what a text looks different without', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(deceptiveCharacter(text)).toBeUndefined();
        expect(asItLooks(text)).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const isDeceptive = deceptiveCharacter(text) !== undefined;
        expect(isDeceptive).toBe(asItLooks(text) !== text);
        if (hasUnseen(text)) expect(isDeceptive).toBe(true);
        expect(deceptiveCharacter(text) ?? '').toMatch(/^[ -~]*$/);
      }),
    );
  });
});
