import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

/** What may be left of any input: text, a few controls, and llama-cli's own sequences. */
const SAFE =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /^(?:[^\x00-\x1f\x7f-\x9f]|[\b\t\n\r]|\x1b\[[KC]|\x1b\[(?:[01]?|[39][0-7])(?:;(?:[01]?|[39][0-7]))*m)*$/u;

const PIECES = [
  '\x1b',
  '[',
  ']',
  'P',
  '\\',
  '\x07',
  'm',
  'K',
  'C',
  'n',
  '6',
  '3',
  '1',
  ';',
  '?',
  '\0',
]
  .concat(['\n', 'é', '中', '😀', '\u009b', '\u009d', '\x7f', ' ', '0', 'c'])
  .map((text) => Buffer.from(text))
  .concat([
    Buffer.from([0x9b]),
    Buffer.from([0xe2, 0x82]),
    Buffer.from([0xc0]),
    Buffer.from([0xff]),
  ]);

describe("the filter of programs' output", WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    const parts = ['kernel/file', 'console/output_filter', 'kernel/queue', 'text/text'];
    program = await buildProgram(folder.path, 'filter_output', parts);
  });

  async function pass(input: string | Uint8Array, size = 1024): Promise<string> {
    const options = { input, stripFinalNewline: false, encoding: 'buffer' } as const;
    const { stdout } = await execa(program, [String(size)], options);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(stdout);
  }

  it.each([
    'plain text\r\n\tand a tab, \b rubbed out',
    'café, 中文, 😀, e\u0301, שלום',
    '\x1b[0m\x1b[1m\x1b[32m> \x1b[0;90mgrey\x1b[m',
    'erase\x1b[K and go on\x1b[C',
  ])('passes %j unchanged', async (text) => {
    expect(await pass(text)).toBe(text);
    expect(await pass(text, 1)).toBe(text);
  });

  it.each([
    ['the clipboard', 'a\x1b]52;c;aGVsbG8=\x07b', 'ab'],
    ['the clipboard, ended by ST', 'a\x1b]52;c;aGVsbG8=\x1b\\b', 'ab'],
    ['a title', 'a\x1b]0;root@host\x07b', 'ab'],
    ['device queries', 'a\x1b[6n\x1b[c\x1b[>c\x1b[5n\x1b[?1;2cb\x1bZ', 'ab'],
    ['DCS, APC, PM and SOS', 'a\x1bP+q\x1b\\b\x1b_x\x1b\\c\x1b^y\x1b\\d\x1bXz\x1b\\e', 'abcde'],
    ['movements and modes', 'a\x1b[2J\x1b[H\x1b[10A\x1b[?1049h\x1b[?25lb', 'ab'],
    ['a reset', 'a\x1bcb\x1b(0c', 'abc'],
    ['hidden text', 'a\x1b[8mb\x1b[38;5;1mc', 'abc'],
    ['C1 controls in UTF-8', 'a\u009b6n\u009d0;t\u0085b', 'a6n0;tb'],
    ['other controls', 'a\0\x07\x0e\x0f\x05\x18\x7fb', 'ab'],
    ['a sequence that is too long', `a\x1b[${'1;'.repeat(500)}1mb`, 'ab'],
    ['a sequence inside another', 'a\x1b[3\x1b[31mb\x1b]0;t\x1b[6nc', 'a\x1b[31mbc'],
    ['a string without end, at its line end', 'a\x1b]0;title\r\nb', 'a\r\nb'],
    ['the mark of init', '\0zosia: exit status=0\r\n', 'zosia: exit status=0\r\n'],
  ])('drops %s', async (_, text, left) => {
    expect(await pass(text)).toBe(left);
    expect(await pass(text, 1)).toBe(left);
  });

  it('replaces invalid UTF-8 by a question mark', async () => {
    const bytes = [0x61, 0x9b, 0xc3, 0x62, 0xe2, 0x82, 0x63, 0xed, 0xa0, 0x80, 0xc0, 0x80, 0xff];
    expect(await pass(Uint8Array.from(bytes))).toBe('a??b?c??' + '?' + '???');
  });

  it('leaves no control sequence, however the bytes are split', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        async (pieces, size) => {
          const input = Buffer.concat(pieces);
          const left = await pass(input);
          expect(left).toMatch(SAFE);
          expect(await pass(input, size)).toBe(left);
        },
      ),
      { numRuns: 200 },
    );
  });
});
