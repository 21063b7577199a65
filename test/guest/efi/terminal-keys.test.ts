import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildHostProgram } from './programs.js';

const PAUSE = '\0';

describe('the keys of a terminal', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildHostProgram(folder.path, 'read_keys');
  });

  async function keysOf(input: string | Buffer): Promise<string> {
    return (await execa(program, { input })).stdout.trim();
  }

  it.each([
    ['ASCII, Enter and the backspace key', 'a\r\x7f', '61 d 7f'],
    ['characters of two, three and four bytes', 'é中😀', 'e9 4e2d 1f600'],
    ['a combining mark', 'e\u0301', '65 301'],
    ['CR LF as one end of a line', 'a\r\nb\n\nc', '61 d 62 a a 63'],
    ['arrows and the keys beside them', '\x1b[A\x1b[C\x1b[D\x1b[H\x1b[F', 'up right left home end'],
    ['these keys in application mode', '\x1bOA\x1bOD\x1bOH\x1bOF', 'up left home end'],
    ['keys with a number', '\x1b[1~\x1b[3~\x1b[4~\x1b[7~\x1b[8~', 'home delete end home end'],
    ['keys without a function', '\x1b[B\x1b[5~\x1b[15;5~\x1b[1;2Pa', '61'],
    ['a parameter without end', `\x1b[${'9'.repeat(40)}~a`, '61'],
    ['Escape alone', `\x1b${PAUSE}a`, 'escape 61'],
    ['Escape, and text before the next read', '\x1bxa', 'escape 78 61'],
    ['Escape, and Enter before the next read', '\x1b\r\na', 'escape d 61'],
    ['Escape twice', '\x1b\x1b[Aa', 'escape up 61'],
    ['a pause inside a sequence', `\x1b[${PAUSE}A`, 'up'],
    ['a paste', '\x1b[200~a\rb\x1b[201~\r', '!61 !d !62 d'],
    ['Ctrl+C inside a paste that has no end', '\x1b[200~a\x03b\r', '!61 3 62 d'],
    ['Ctrl+C inside a sequence', '\x1b[12\x03a', '3 61'],
  ])('reads %s', async (_, input, keys) => {
    expect(await keysOf(input)).toBe(keys);
  });

  it('reads invalid UTF-8 as U+FFFD and continues', async () => {
    expect(await keysOf(Buffer.from([0xff, 0x61, 0xc3, 0x0d]))).toBe('fffd 61 fffd d');
  });

  it('accepts any bytes, and starts afresh after Ctrl+C', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        const input = Buffer.concat([bytes, Buffer.from('\x03é\r')]);
        expect(await keysOf(input)).toMatch(/(^| )3 e9 d$/);
      }),
      { numRuns: 100 },
    );
  });
});
