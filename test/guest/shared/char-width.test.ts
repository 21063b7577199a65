import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildSharedProgram } from './programs.js';

describe('the width of a character', () => {
  const folder = temporaryFolder();

  it('is 0 for combining marks, 2 for wide characters and 1 for all others', async () => {
    const program = await buildSharedProgram(folder.path, 'measure_width', ['char_width']);
    const widths = (await execa(program)).stdout;
    const widthOf = (text: string): number => Number(widths[text.codePointAt(0)!]);
    for (const narrow of 'a é ß Ж א ع ก ☃ \u00ad'.split(' '))
      expect(widthOf(narrow), narrow).toBe(1);
    for (const wide of '中 あ 한 😀 🚀 Ａ 𠀀'.split(' ')) expect(widthOf(wide), wide).toBe(2);
    for (const mark of ['\u0301', '\u200d', '\ufe0f', '\u0e31', '\u064b', '\u{e0101}']) {
      expect(widthOf(mark)).toBe(0);
    }
    // What Node.js supports of Unicode; a regional indicator is half a flag.
    const marks = /^[\p{Mn}\p{Me}]$/u;
    const wides = /^[\p{Script=Han}\p{Script=Hiragana}\p{Emoji_Presentation}]$/u;
    const halves = /^\p{Regional_Indicator}$/u;
    const wrong: string[] = [];
    for (let code = 0; code < 0x110000; code++) {
      const text = String.fromCodePoint(code);
      const expected = marks.test(text)
        ? 0
        : wides.test(text) && !halves.test(text)
          ? 2
          : undefined;
      if (expected !== undefined && widthOf(text) !== expected) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });
});
