import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildHostProgram } from './programs.js';

/** The keys of edit_line.c, by an editor of its own: text before the cursor, text behind it. */
function edited(keys: string): string {
  let [before, behind, recalled, finished] = ['', '', '', ''];
  for (const key of keys) {
    const line = before + behind;
    if (key === 'l') [before, behind] = [before.slice(0, -1), before.slice(-1) + behind];
    else if (key === 'r') [before, behind] = [before + behind.slice(0, 1), behind.slice(1)];
    else if (key === 'h') [before, behind] = ['', line];
    else if (key === 'e') [before, behind] = [line, ''];
    else if (key === 'b') before = before.slice(0, -1);
    else if (key === 'd') behind = behind.slice(1);
    else if (key === 'c') [before, behind] = ['', ''];
    else if (key === 'u') [before, behind] = [recalled, ''];
    else if (key === 'n') {
      finished += `${line}\n`;
      if (line !== '') recalled = line;
      [before, behind] = ['', ''];
    } else if (line.length < 1024) before += key;
  }
  return `${finished}${before}|${behind}`;
}

describe('the line editor of the firmware console', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildHostProgram(folder.path, 'edit_line');
  });

  it('edits as an editor should', async () => {
    const keys = fc
      .array(fc.constantFrom(...Array.from('ABCDEFGHIlrhebdcun')))
      .map((k) => k.join(''));
    await fc.assert(
      fc.asyncProperty(keys, async (input) => {
        expect((await execa(program, { input })).stdout).toBe(edited(input));
      }),
      { numRuns: 100 },
    );
  });

  it('stops at its capacity, wherever the cursor is', async () => {
    const input = `${'A'.repeat(1030)}hBBdXlllY`;
    const { stdout } = await execa(program, { input });
    expect(stdout).toBe(edited(input));
    expect(stdout).toHaveLength(1025);
  });

  it('writes UTF-8', async () => {
    const { stdout } = await execa(program, { input: Buffer.from([0xe9, 0x6e]) });
    expect(stdout).toBe('é\n|');
  });
});
