import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildHostProgram } from './programs.js';

const WIDE = /[\u4e2d\u{1f600}]/u;
const MARK = /\p{M}/u;
const COLUMNS = 80;
const SEQUENCE_OR_CHARACTER = /\p{Cc}\[(\d*)([ABC])|[^]/gu;

interface Screen {
  readonly rows: string[];
  readonly row: number;
  readonly column: number;
}

/** A terminal of 80 columns, and more rows than any line here: what it shows, and where its cursor is. */
function terminal(output: string): Screen {
  const cells: string[][] = [];
  let [row, column] = [0, 2];
  for (const [token, number, move] of output.matchAll(SEQUENCE_OR_CHARACTER)) {
    const line = (cells[row] ??= [' ', ' ']);
    if (move !== undefined) {
      const count = Number(number);
      if (move === 'A') row -= count;
      else if (move === 'B') row += count;
      else column += count;
    } else if (token === '\r') column = 0;
    else if (token === '\n') row++;
    else if (MARK.test(token)) line[column - 1] = `${line[column - 1]!}${token}`;
    else {
      line[column] = token;
      if (WIDE.test(token)) line[++column] = '';
      column++;
    }
    expect(column).toBeLessThanOrEqual(COLUMNS);
    expect(row).toBeGreaterThanOrEqual(0);
  }
  const rows = cells.map((line) => Array.from(line, (cell: string | undefined) => cell ?? ' '));
  return { rows: rows.map((line) => line.join('').trimEnd()), row, column };
}

/** The screen of a line that is typed once, with the cursor moved to its place. */
function expected(before: string, behind: string): Screen {
  const rows = [''];
  let [row, column, at] = [0, 2, { row: 0, column: 2 }];
  rows[0] = '  ';
  const characters = Array.from(before + behind + ' ');
  const cursor = Array.from(before).length;
  for (const [index, character] of characters.entries()) {
    const width = MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
    if (width > 0 && column + width > COLUMNS) [row, column] = [row + 1, 0];
    if (index === cursor) at = { row, column };
    if (index === characters.length - 1) break;
    rows[row] = (rows[row] ?? '') + character;
    column += width;
  }
  return { rows: rows.map((line) => line.trimEnd()), ...at };
}

/** Blanked rows are the same as rows that were never written. */
function expectSame(seen: Screen, wanted: Screen): void {
  const shown = ({ rows }: Screen): string => rows.join('\n').trimEnd();
  expect(shown(seen)).toBe(shown(wanted));
  expect([seen.row, seen.column]).toEqual([wanted.row, wanted.column]);
}

describe('the terminal at which a line is typed', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    const sources = ['app/line_view.c', 'app/line_device.c'];
    program = await buildHostProgram(folder.path, 'show_line', sources);
  });

  async function screenOf(input: string): Promise<Screen> {
    const { stdout } = await execa(program, { input, stripFinalNewline: false });
    return terminal(stdout);
  }

  it.each([
    ['wide characters', 'é中😀X', 'é中😀X', ''],
    ['a wide character before the last column', `${'A'.repeat(77)}中B`, `${'A'.repeat(77)}中B`, ''],
    ['the cursor before that character', `${'A'.repeat(77)}中l`, 'A'.repeat(77), '中'],
    ['a full row', 'A'.repeat(78), 'A'.repeat(78), ''],
    ['an empty line after three rows', `${'A'.repeat(200)}hXc`, '', ''],
    [
      'a wide character that leaves free what was in the last column',
      `${'A'.repeat(76)}l中😀`,
      `${'A'.repeat(75)}中😀`,
      'A',
    ],
    ['a combining mark that is typed in the middle', 'ABl\u0301', 'A\u0301', 'B'],
  ])('shows %s', async (_, keys, before, behind) => {
    expectSame(await screenOf(keys), expected(before, behind));
  });

  it('draws the line and its cursor after any sequence of keys', async () => {
    const key = fc.constantFrom(...Array.from('ABCD \u00e9\u4e2d\u{1f600}lrhbdw'));
    const start = fc.nat(170).map((length) => 'A'.repeat(length));
    await fc.assert(
      fc.asyncProperty(start, fc.array(key, { maxLength: 60 }), async (text, keys) => {
        let [before, behind] = [Array.from(text), [] as string[]];
        for (const k of keys) {
          if (k === 'l') behind = [...before.splice(-1), ...behind];
          else if (k === 'r') before = [...before, ...behind.splice(0, 1)];
          else if (k === 'h') [before, behind] = [[], [...before, ...behind]];
          else if (k === 'b') before.pop();
          else if (k === 'd') behind.shift();
          else if (k === 'w') before = Array.from(before.join('').replace(/[^ ]* *$/, ''));
          else before.push(k);
        }
        const seen = await screenOf(text + keys.join(''));
        expectSame(seen, expected(before.join(''), behind.join('')));
      }),
      { numRuns: 150 },
    );
  });
});
