import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildSharedProgram } from './programs.js';

describe('the UTF-8 decoder', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildSharedProgram(folder.path, 'decode_utf8', ['utf8']);
  });

  async function decode(input: Uint8Array): Promise<string> {
    const { stdout } = await execa(program, { input });
    const characters = stdout === '' ? [] : stdout.split('\n');
    return characters.map((hex) => String.fromCodePoint(Number.parseInt(hex, 16))).join('');
  }

  it('decodes any valid text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const bytes = Buffer.from(text);
        expect(await decode(bytes)).toBe(bytes.toString());
      }),
      { numRuns: 50 },
    );
    const extremes = '\0\x7f\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}';
    expect(await decode(Buffer.from(extremes))).toBe(extremes);
  });

  it.each([
    ['a lone continuation', [0x80, 0x41], '\ufffdA'],
    ['a character cut short', [0xe2, 0x82, 0x41], '\ufffdA'],
    ['a character cut by another', [0xe2, 0x82, 0xc3, 0xa9], '\ufffdé'],
    ['an overlong encoding', [0xe0, 0x80, 0x80, 0x41], '\ufffdA'],
    ['an overlong encoding of two bytes', [0xc1, 0xbf], '\ufffd\ufffd'],
    ['a surrogate', [0xed, 0xa0, 0x80], '\ufffd'],
    ['a number beyond Unicode', [0xf4, 0x90, 0x80, 0x80], '\ufffd'],
    ['bytes that never occur', [0xff, 0xf8, 0x41], '\ufffd\ufffdA'],
  ])('decodes %s as U+FFFD', async (_, bytes, text) => {
    expect(await decode(Buffer.from(bytes))).toBe(text);
  });
});
