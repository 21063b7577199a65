import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildHostProgram } from './programs.js';

const CAPACITY = 8192;

/** Characters with the combining marks behind each. */
const LAST = /(?:[^]\p{M}*|)$/u;
const FIRST = /^(?:[^]\p{M}*|)/u;

/** The keys of edit_line.c, applied by an independent editor: text before the cursor, text behind it. */
function edited(keys: string): string {
  let [before, behind, recalled, finished] = ['', '', '', ''];
  for (const key of keys) {
    const line = before + behind;
    const [left, right] = [LAST.exec(before)![0], FIRST.exec(behind)![0]];
    const without = before.slice(0, before.length - left.length);
    if (key === 'l') [before, behind] = [without, left + behind];
    else if (key === 'r') [before, behind] = [before + right, behind.slice(right.length)];
    else if (key === 'h') [before, behind] = ['', line];
    else if (key === 'e') [before, behind] = [line, ''];
    else if (key === 'b') before = without;
    else if (key === 'd') behind = behind.slice(right.length);
    else if (key === 'w') before = before.replace(/[^ ]* *$/, '');
    else if (key === 'c') [before, behind] = ['', ''];
    else if (key === 'u') [before, behind] = [recalled, ''];
    else if (key === 'n') {
      finished += `${line}\n`;
      if (line !== '') recalled = line;
      [before, behind] = ['', ''];
    } else if (Array.from(line).length < CAPACITY) before += key;
  }
  return `${finished}${before}|${behind}`;
}

describe('the line editor of the EFI application', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildHostProgram(folder.path, 'edit_line');
  });

  it('edits characters of one, two and four bytes, and combining marks with their base', async () => {
    const keys = fc
      .array(fc.constantFrom(...Array.from('AB \u00e9\u4e2d\u{1f600}\u05d0e\u0301lrhebdwcun')))
      .map((k) => k.join(''));
    await fc.assert(
      fc.asyncProperty(keys, async (input) => {
        expect((await execa(program, { input })).stdout).toBe(edited(input));
      }),
      { numRuns: 150 },
    );
  });

  it('accepts no more than its capacity, wherever the cursor is, and knows it', async () => {
    const input = `${'A'.repeat(CAPACITY + 6)}hBBdXlllY`;
    const { stdout } = await execa(program, { input });
    expect(stdout).toBe(`${edited(input)}+`);
    expect(stdout).toHaveLength(CAPACITY + 2);
  });
});
