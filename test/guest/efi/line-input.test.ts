import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildHostProgram } from './programs.js';

const CONTROL_C = '\x03';
const PROMPT = '> ';

describe('a line typed on the firmware console', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    const sources = ['line_input', 'line_view', 'line_device'].map((name) => `app/${name}.c`);
    program = await buildHostProgram(folder.path, 'type_lines', sources);
  });

  /** What type_lines.c prints, except for blank rows and the blanks at the ends of rows. */
  async function typed(keys: string, rows = 6, columns = 20): Promise<string[]> {
    const { stdout } = await execa(program, [`${rows}`, `${columns}`], { input: keys });
    return stdout
      .split('\n')
      .map((row) => row.trimEnd())
      .filter((row) => row !== '');
  }

  it('is shown, edited and entered', async () => {
    expect(await typed('Tom\x01!\x05?\x08\r')).toEqual(['!Tom', '> !Tom', '> |']);
  });

  it('ends at Ctrl+C when it is empty', async () => {
    expect(await typed(CONTROL_C)).toEqual(['interrupted', '>', '> |']);
    expect(await typed(`Tom\r${CONTROL_C}`)).toEqual(['Tom', 'interrupted', '> Tom', '>', '> |']);
    expect(await typed(`T\x7f${CONTROL_C}`)).toEqual(['interrupted', '>', '> |']);
  });

  it('ignores Ctrl+C for a second after one has stopped a text', async () => {
    const after = async (ms: number, keys: string): Promise<readonly string[]> => {
      const { stdout } = await execa(program, ['6', '20', `${ms}`], { input: keys });
      return stdout.split('\n').filter((row) => !/^[> |]*$/.test(row));
    };
    expect(await after(400, CONTROL_C.repeat(2))).toEqual([]);
    expect(await after(400, CONTROL_C.repeat(3))).toEqual(['interrupted']);
    expect(await after(1000, CONTROL_C)).toEqual(['interrupted']);
    // Ctrl+D stops no text.
    expect(await after(1, '\x04')).toEqual(['interrupted']);
  });

  it.each([
    ['Ctrl+C', CONTROL_C],
    ['Ctrl+U', '\x15'],
  ])('is cleared by %s on all of its rows', async (_, key) => {
    const long = 'a text that is longer than a row';
    expect(await typed(`Tom${key}`)).toEqual(['> |']);
    expect(await typed(`${long}${key}`)).toEqual(['> |']);
    expect(await typed(`${long}\x01${key}`)).toEqual(['> |']);
    // On its last rows, the console has scrolled the line up.
    expect(await typed(`x\r${long}${key}`, 2)).toEqual(['x', '> |']);
    expect(await typed(`Tom${key}Lily\r`)).toEqual(['Lily', '> Lily', '> |']);
  });

  it('ends only at a Ctrl+C on an empty line', async () => {
    const keys = fc.array(fc.constantFrom('a', 'b', '\r', CONTROL_C), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(keys, async (input) => {
        let line = '';
        const ended: string[] = [];
        for (const key of input) {
          if (key !== '\r' && key !== CONTROL_C) {
            line += key;
            continue;
          }
          if (key === '\r') ended.push(line);
          else if (line === '') ended.push('interrupted');
          line = '';
        }
        const { stdout } = await execa(program, ['40', '60'], { input: input.join('') });
        const shown = stdout.split('\n');
        expect(shown.slice(0, ended.length)).toEqual(ended);
        const last = shown.find((row) => row.includes('|'));
        expect(last?.trimEnd()).toBe(`${PROMPT}${line}|`);
      }),
      { numRuns: 60 },
    );
  });
});
