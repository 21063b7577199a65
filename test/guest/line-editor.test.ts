import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { RUNS_HERE, buildProgram } from './programs.js';

const ENTER = '\r';
const BACKSPACE = '\x7f';
const UP = '\x1b[A';

/** What a line of keys leaves in the editor: the same rules, written down independently. */
type Key =
  | { kind: 'text'; text: string }
  | { kind: 'erase' }
  | { kind: 'kill' }
  | { kind: 'move'; sequence: string };

function typed(keys: readonly Key[]): string {
  let line: string[] = [];
  for (const key of keys) {
    if (key.kind === 'text') line.push(...Array.from(key.text));
    if (key.kind === 'erase') line.pop();
    if (key.kind === 'kill') line = [];
  }
  return line.join('');
}

function bytesOf(key: Key): string {
  if (key.kind === 'text') return key.text;
  if (key.kind === 'erase') return BACKSPACE;
  if (key.kind === 'kill') return '\x15';
  return key.sequence;
}

const KEYS = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '/',
      'p',
      'o',
      'w',
      'e',
      'r',
      'off',
      '/poweroff',
      'é',
      '日本',
      '😀',
      ' ',
    ),
  },
  { weight: 1, arbitrary: fc.constant(BACKSPACE) },
  { weight: 1, arbitrary: fc.constant('\x15') },
  { weight: 1, arbitrary: fc.constantFrom('\x1b[C', '\x1b[1;5D', '\x1bOH', '\x1b[3~', '\x1bf') },
);

function keyOf(bytes: string): Key {
  if (bytes === BACKSPACE) return { kind: 'erase' };
  if (bytes === '\x15') return { kind: 'kill' };
  return bytes.startsWith('\x1b')
    ? { kind: 'move', sequence: bytes }
    : { kind: 'text', text: bytes };
}

describe.skipIf(!RUNS_HERE)("init's line editor (runs where Linux programs do)", () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildProgram(folder.path, 'read_line', ['line_editor', 'queue', 'text']);
  });

  async function feed(input: string): Promise<string> {
    return (await execa(program, { input })).stdout;
  }

  it.each([
    ['a plain command', `/poweroff${ENTER}`, 'tttttttttP'],
    ['a line feed for Enter', '/poweroff\n', 'tttttttttP'],
    ['blanks after it', `/poweroff  ${ENTER}`, 'tttttttttttP'],
    ['a correction', `/powerx${BACKSPACE}off${ENTER}`, 'tttttttetttP'],
    ['a correction over a wide letter', `/poweroffé${BACKSPACE}${ENTER}`, 'ttttttttttteP'],
    [
      'erasing more than there is',
      `a${BACKSPACE}${BACKSPACE}\b/poweroff${ENTER}`,
      'te..tttttttttP',
    ],
    ['starting again', `hello\x15/poweroff${ENTER}`, 'tttttktttttttttP'],
    ['cursor keys', `/power\x1b[D\x1b[1;5C\x1bOFoff${ENTER}`, 'tttttt............tttP'],
    ['the second line', `hello${ENTER}/poweroff${ENTER}`, 'tttttLtttttttttP'],
  ])('switches off after %s', async (_, keys, letters) => {
    expect(await feed(keys)).toBe(letters);
  });

  it.each([
    ['something before it', ` /poweroff${ENTER}`],
    ['something after it', `/poweroff now${ENTER}`],
    ['another case', `/PowerOff${ENTER}`],
    ['only a part', `/power${ENTER}`],
    ['an empty line', ENTER],
    ['a line recalled from the history', `${UP}/poweroff${ENTER}`],
    ['a completed line', `/pow\t/poweroff${ENTER}`],
    ['a part of a pasted text', `\x1b[200~one\r/poweroff\rtwo\x1b[201~${ENTER}`],
    ['a line of several lines', `one\x1b\r/poweroff${ENTER}`],
    ['an endless line', `${'x'.repeat(3000)}${BACKSPACE.repeat(3000)}/poweroff${ENTER}`],
  ])('does not switch off for %s', async (_, keys) => {
    const letters = await feed(keys);
    expect(letters).not.toContain('P');
    expect(letters.endsWith('L')).toBe(true);
  });

  it('forgets an unknown line at its end', async () => {
    expect(await feed(`${UP}${ENTER}/poweroff${ENTER}`)).toBe('...LtttttttttP');
  });

  it('tells Ctrl+C and Ctrl+D, but not inside a paste', async () => {
    expect(await feed('\x03\x04')).toBe('id');
    expect(await feed('\x1b[200~\x03\x04\x1b[201~\x03')).toBe(`${'.'.repeat(14)}i`);
    expect(await feed('\x1b[\x03')).toBe('..i');
  });

  it('follows any editing of a line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(KEYS, { maxLength: 12 }), async (sequence) => {
        const keys = sequence.map(keyOf);
        const letters = await feed(`${keys.map(bytesOf).join('')}${ENTER}`);
        const off = typed(keys).replace(/ +$/, '') === '/poweroff';
        expect(letters.at(-1)).toBe(off ? 'P' : 'L');
      }),
      {
        numRuns: 150,
        examples: [
          [['/poweroff', 'é', BACKSPACE]],
          [['\x15', '/power', 'off', ' ']],
          [['日本', BACKSPACE, BACKSPACE, '/poweroff']],
        ],
      },
    );
  });
});
