import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Screen } from '../support/screen.js';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

const PARTS = [
  'prompt/prompt',
  'prompt/keys',
  'prompt/line_editor',
  'prompt/line_view',
  'kernel/queue',
  'text/text',
];
const ROWS = 6;
const COLUMNS = 20;

/** The width by other means: the properties that JavaScript's regular expressions support. */
function widthOf(character: string): number {
  if (/^[\p{Mn}\p{Me}\u200d]$/u.test(character)) return 0;
  return /^[\p{Script=Han}\p{Script=Hiragana}\p{Emoji_Presentation}]$/u.test(character) ? 2 : 1;
}

const KEYS: Readonly<Record<string, string>> = {
  backspace: '\x7f',
  delete: '\x1b[3~',
  left: '\x1b[D',
  right: '\x1b[C',
  home: '\x01',
  end: '\x05',
  toEnd: '\x0b',
  toStart: '\x15',
};

/** The same editing, written down independently: characters without marks, in lines. */
function edited(keys: readonly string[]): { text: string[]; cursor: number } {
  let text: string[] = [];
  let cursor = 0;
  for (const key of keys) {
    const start = text.lastIndexOf('\n', cursor - 1) + 1;
    const next = text.indexOf('\n', cursor);
    const end = next === -1 ? text.length : next;
    if (cursor === 0 && key === 'backspace') continue;
    if (key === 'backspace') text.splice(--cursor, 1);
    else if (key === 'delete') text.splice(cursor, 1);
    else if (key === 'left') cursor = Math.max(0, cursor - 1);
    else if (key === 'right') cursor = Math.min(text.length, cursor + 1);
    else if (key === 'home') cursor = cursor === 0 ? 0 : start;
    else if (key === 'end') cursor = end;
    else if (key === 'toEnd') text.splice(cursor, end - cursor);
    else if (key === 'toStart') {
      const from = cursor === 0 ? 0 : start;
      text.splice(from, cursor - from);
      cursor = from;
    } else {
      text = [...text.slice(0, cursor), ...Array.from(key), ...text.slice(cursor)];
      cursor += Array.from(key).length;
    }
  }
  return { text, cursor };
}

describe("init's prompt", WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildProgram(folder.path, 'type_keys', PARTS);
  });

  async function type(input: string | Buffer): Promise<{ screen: Screen; told: string }> {
    const { stdout, stderr } = await execa(program, { input, stripFinalNewline: false });
    const screen = new Screen(ROWS, COLUMNS, widthOf);
    screen.write(stdout);
    return { screen, told: stderr };
  }

  it('replaces each invalid byte by U+FFFD', async () => {
    const { told } = await type(Buffer.from('61ff c3 62 e282 0d'.replaceAll(' ', ''), 'hex'));
    expect(told).toBe('message 12:a\ufffd\ufffdb\ufffd\n'.replace('12', '11'));
  });

  it('recognises Ctrl+C and Ctrl+D, and Ctrl+C inside an unfinished paste', async () => {
    expect((await type('\x03\x04')).told).toBe('interrupt\nend\n');
    expect((await type('\x1b[200~a\rb\x04\x03c\r')).told).toBe('interrupt\nmessage 1:c\n');
  });

  it('treats CR, LF and CR LF in a paste as line breaks', async () => {
    const { told } = await type('\x1b[200~a\rb\r\nc\nd\x1b[201~\r');
    expect(told).toBe('message 7:a\nb\nc\nd\n');
  });

  it('ignores all other control characters', async () => {
    const named = [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 16, 21, 23, 27];
    const others = Array.from({ length: 32 }, (_, code) => code).filter((c) => !named.includes(c));
    const { told } = await type(`a${String.fromCharCode(...others)}\x80\x9bb\r`);
    expect(told).toBe('message 2:ab\n');
  });

  it('reads the window size among the keys, also inside a paste', async () => {
    const { told } = await type('a\x1b[48;50;132;0;0tb\x1b[200~c\x1b[48;9;40;0;0td\x1b[201~\r');
    expect(told).toBe('size 50 132\nsize 9 40\nmessage 4:abcd\n');
  });

  it('steps through the history and back to the unfinished line', async () => {
    const { told } = await type('one\rtwo\rthr\x1b[A\x1b[A!\r\x1b[A\x1b[A\x1b[B\x1b[B?\r');
    expect(told).toBe('message 3:one\nmessage 3:two\nmessage 4:one!\nmessage 1:?\n');
  });

  it('draws the line that it sends, with the cursor at the insertion point', async () => {
    const key = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('a', 'bc ', '中', '😀', 'é', 'a long word ') },
      { weight: 2, arbitrary: fc.constantFrom(...Object.keys(KEYS)) },
      { weight: 1, arbitrary: fc.constant('\n') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 25 }), async (keys) => {
        const bytes = keys.map((k) => KEYS[k] ?? (k === '\n' ? '\x1b\r' : k)).join('');
        const { text, cursor } = edited(keys);
        // The message as a screen of endless height has it.
        const whole = new Screen(1000, COLUMNS, widthOf);
        whole.write('> ');
        let place = [whole.row, whole.column];
        text.forEach((character, index) => {
          whole.write(character === '\n' ? '\r\n  ' : character);
          if (index + 1 === cursor) place = [whole.row, whole.column];
        });
        if (place[1] === COLUMNS) place = [place[0]! + 1, 0];
        const { screen } = await type(bytes);
        const rows = whole.lines.map((cells) => cells.join('').trimEnd());
        if (whole.column === COLUMNS) rows.push('');
        if (rows.length <= ROWS) {
          expect(screen.visible).toEqual(rows);
          expect([screen.visibleRow, screen.column]).toEqual(place);
        } else {
          // As much as the window holds, the cursor's row among it.
          const first = place[0]! - screen.visibleRow;
          expect(screen.visible).toEqual(rows.slice(first, first + ROWS));
          expect(screen.column).toBe(place[1]);
        }
        const sent = text.join('');
        expect((await type(`${bytes}\r`)).told).toBe(
          `message ${Buffer.byteLength(sent)}:${sent}\n`,
        );
      }),
      // Line breaks that scroll the screen, one of which is then taken back.
      { numRuns: 150, examples: [[[...Array<string>(ROWS).fill('\n'), 'backspace']]] },
    );
  });
});
