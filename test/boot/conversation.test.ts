import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';
import { openTerminal } from '../support/terminal.js';
import { putGuests } from './support/guests.js';

/** Behind it may come at once what draws it anew, in a window of another size. */
const PROMPT = /\n> (?:.\[\??\d*[A-Za-z]|\r|> )*$/;

/**
 * llama-cli quotes the file name of `/read` when there is no such file: word for word what it was given,
 * without an answer by the model.
 */
const heard = (text: string): string => `cannot be opened: '${text}'`;

const paste = (text: string): string => `\x1b[200~${text}\x1b[201~`;
const RUBOUT = '\x7f';

/** Keys before Enter, and the message that they make. */
const TYPED: readonly (readonly [title: string, keys: string, message: string])[] = [
  ['letters beyond ASCII', 'café 中文 😀', 'café 中文 😀'],
  ['Backspace over é', `é${RUBOUT}x`, 'x'],
  ['Backspace over a wide character', `中文${RUBOUT}x`, '中x'],
  ['Backspace over an emoji', `a😀${RUBOUT}x`, 'ax'],
  ['Backspace over a combining mark and its letter', `ae\u0301${RUBOUT}x`, 'ax'],
  ['Backspace over a family, which is one character', `a👩‍👧${RUBOUT}x`, 'ax'],
  ['right-to-left text, and Backspace', `שלום${RUBOUT} سلام`, 'שלו سلام'],
  ['a tab', 'a\tb', 'a\tb'],
  ['a slash at the end', 'a/', 'a/'],
  [
    'control characters that mean nothing',
    'a\x00\x07\x0f\x11\x12\x13\x14\x16\x18\x19\x1a\x1c\x1d\x1e\x1fb',
    'ab',
  ],
  ['escape sequences that mean nothing', 'a\x1b[15~\x1b[I\x1bOPb', 'ab'],
  ['Ctrl+A and Ctrl+E', 'b\x01\x01/read a\x05c', 'a/read bc'],
  ['Ctrl+W', 'one two\x17three', 'one three'],
  ['Ctrl+K', 'one two\x1b[D\x1b[D\x0bx', 'one tx'],
  ['cursor keys over wide characters', '中文\x1b[D😀\x1b[D\x1b[3~', '中文'],
  ['words, with Ctrl and the cursor keys', 'one two\x1b[1;5D3 ', 'one 3 two'],
  ['a paste of three lines', paste('one\rtwo\r\nthree'), 'one\ntwo\nthree'],
  ['a paste of lines that end as commands do', paste('a/\rb\\\rc/'), 'a/\nb\\\nc/'],
  ['a paste with tabs and control characters', paste('a\tb\x01\x04\x15c'), 'a\tbc'],
  ['Alt+Enter', 'a\x1b\rb', 'a\nb'],
  ['a backslash at the end of a line', 'a\\\rb', 'a\nb'],
];

describe.each(['aarch64', 'x86_64'] as const)('a conversation on %s', (arch) => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    await putGuests(folder.path, [arch]);
  });
  const args = ['up', '--arch', arch, '--smp', '1', '--accel', 'tcg', '-n', '200', '--temp', '0'];

  it('answers what is typed at a terminal', async () => {
    const terminal = openTerminal(process.execPath, [CLI, ...args], { cwd: folder.path });
    const says = async (keys: string, message: string): Promise<void> => {
      terminal.type(`${keys}\r`);
      expect((await terminal.shows(PROMPT)).replaceAll('\r', '')).toContain(heard(message));
    };
    try {
      // Keys reach the guest once the machine has been saved, or woken.
      await terminal.shows(/\n> [^]*\[\?2004h/);
      for (const [, keys, message] of TYPED) await says(`/read ${keys}`, message);

      // Ctrl+C on a half-typed line clears it; so does Ctrl+U; the history is there.
      await says('nothing\x03/read cleared', 'cleared');
      await says('nothing\x15/read erased', 'erased');
      await says('\x1b[A\x1b[A\x1b[B!', 'erased!');
      // Too long for one window, and for one row.
      const long = 'word '.repeat(1200);
      await says(`/read ${long}end`, `${long}end`);
      // In a narrower window the half-typed line is drawn anew, in three rows: its start is two above its end.
      const wide = 'w'.repeat(90);
      terminal.type(`/read ${wide}`);
      await terminal.shows(/w{90}/);
      terminal.resize(40, 30);
      await terminal.shows(/> \/read w{90}\r.\[\d+C$/);
      terminal.type('\x1b[H');
      await terminal.shows(/w{90}.\[2A\r.\[2C$/);
      terminal.type('\x1b[F');
      await terminal.shows(/w{90}\r.\[\d+C$/);
      terminal.resize(100, 30);
      await terminal.shows(/w{90}\r.\[\d+C$/);
      await says('!', `${wide}!`);
      // Ctrl+C behind more than is read at once.
      terminal.type(`Tell me ${paste('word '.repeat(13_108))}\x03`);
      await says('/read emptied', 'emptied');
      // The end of a paste is lost: Ctrl+C is a key all the same.
      await says('\x1b[200~lost\r\x03/read found', 'found');

      // Ctrl+C while the answer is being asked for, at once and in its middle; and what is typed ahead.
      // However often it is pressed meanwhile, it does not end the chat.
      terminal.type('Tell me a story\r\x03\x03\x03');
      await terminal.shows(PROMPT);
      terminal.type('Tell me a story about a fox\r');
      await terminal.shows(/fox\s+\S[^]*[a-z]{3}/);
      terminal.type('/read ahead\r/read half');
      terminal.type('\x03');
      await terminal.shows(/'ahead'[^]*> \/read half$/);
      await says(' done', 'half done');

      // Ctrl+D deletes what is under the cursor; on an empty line it ends the chat.
      await says('/read abc\x1b[D\x04', 'ab');
      terminal.type('\x04');
      const end = await terminal.shows(/exit status=\d+/);
      expect(end).toMatch(
        /zosia: the input has ended\s+zosia: shutting down\s+zosia: exit status=0/,
      );
      expect(end).toContain('\x1b[?2004l');
    } finally {
      terminal.kill();
    }
  });

  it('answers a pipe line by line until it ends', async () => {
    const lines = [
      'café 中文 😀',
      'a\tb',
      'ae\u0301',
      'c\x03\x04\x1b[Ad',
      'x'.repeat(100_000),
      'last',
    ];
    const { stdout, exitCode } = await execa(process.execPath, [CLI, ...args], {
      cwd: folder.path,
      input: `${lines.map((line) => `/read ${line}`).join('\r\n')}\n\nHello\n/read after`,
    });
    let at = 0;
    for (const line of [
      'café 中文 😀',
      'a\tb',
      'ae\u0301',
      'c[Ad',
      'x'.repeat(100_000),
      'last',
      'after',
    ]) {
      at = stdout.indexOf(heard(line), at);
      expect(at, line.slice(0, 20)).toBeGreaterThan(0);
    }
    expect(stdout.slice(at)).toMatch(/zosia: the input has ended\s+zosia: shutting down/);
    expect(stdout).not.toContain('\x1b[?2004');
    expect(exitCode).toBe(0);
  });
});
