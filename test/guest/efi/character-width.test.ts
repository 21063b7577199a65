import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildHostProgram } from './programs.js';

describe('character_width', () => {
  const folder = temporaryFolder();

  it('knows marks, wide characters and all others', async () => {
    const program = await buildHostProgram(folder.path, 'measure_width');
    const widths = (await execa(program)).stdout;
    const widthOf = (text: string): number => Number(widths[text.codePointAt(0)!]);
    for (const narrow of 'a é ß Ж א ع ก ☃ \u00ad'.split(' '))
      expect(widthOf(narrow), narrow).toBe(1);
    for (const wide of '中 あ 한 😀 🚀 Ａ 𠀀'.split(' ')) expect(widthOf(wide), wide).toBe(2);
    for (const mark of ['\u0301', '\u200d', '\ufe0f', '\u0e31', '\u064b', '\u{e0101}']) {
      expect(widthOf(mark)).toBe(0);
    }
    // Blocks that have had all their marks for long.
    const marks = /[\p{Mn}\p{Me}]/u;
    for (let code = 0x300; code < 0x700; code++) {
      if (marks.test(String.fromCodePoint(code))) expect(widths[code], code.toString(16)).toBe('0');
    }
  });
});
