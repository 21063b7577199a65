import { Buffer } from 'node:buffer';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomNumbers } from '../../support/random-numbers.js';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';

describe('a conversation that was saved', () => {
  const folder = temporaryFolder();
  let program = '';
  beforeAll(async () => {
    const folders = ['generation/transcript.c', 'base'];
    program = await buildEngineProgram(folder.path, { source: 'generation/keep.c', folders });
  });

  const write = async (
    tokens: readonly number[],
    pending = '-',
    { vocabulary = 512, context = 64 } = {},
  ): Promise<string> => {
    const args = ['write', String(vocabulary), String(context), pending, ...tokens.map(String)];
    return (await execa(program, args, { stripFinalNewline: false })).stdout;
  };
  /** The tokens, or why there are none. */
  const read = async (file: string | Uint8Array, context = 64, vocabulary = 512) => {
    const args = ['read', String(vocabulary), String(context)];
    const { exitCode, stdout, stderr } = await execa(program, args, {
      input: Buffer.from(file),
      reject: false,
    });
    if (exitCode === 1) return stderr;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    return stdout === '' ? [] : stdout.trim().split(' ').map(Number);
  };

  it('is read back as it was, with the token that had only been shown', async () => {
    expect(await write([1, 306, 46])).toBe('zosia conversation 1\nvocabulary 512\n1 306 46\n');
    expect(await read(await write([1, 306, 46]))).toEqual([1, 306, 46]);
    expect(await read(await write([1, 306, 46], '511'))).toEqual([1, 306, 46, 511]);
    expect(await read(await write([]))).toEqual([]);
    expect(await read(await write([], '7'))).toEqual([7]);
  });

  it('has room for the longest numbers', async () => {
    const largest = 2 ** 32 - 1;
    const tokens = Array<number>(60).fill(largest - 1);
    const file = await write(tokens, String(largest - 1), { vocabulary: largest });
    expect(await read(file, 61, largest)).toEqual([...tokens, largest - 1]);
  });

  it('can be read again though it has filled the context', async () => {
    expect(await read(await write([1, 2, 3], '9', { context: 4 }), 4)).toEqual([1, 2, 3, 9]);
    expect(await read(await write([1, 2, 3], '9', { context: 3 }), 3)).toEqual([1, 2, 3]);
  });

  it('may have been through an editor that ends lines in its own way', async () => {
    const file = (await write([1, 2, 3])).replaceAll('\n', '\r\n');
    expect(await read(file)).toEqual([1, 2, 3]);
    expect(await read(file.replace('2 ', '2\r\n'))).toEqual([1, 2, 3]);
  });

  it('is refused if it was with another model, or is too long for the context', async () => {
    expect(await read(await write([1]), 64, 513)).toMatch(/another model, of 512 tokens/);
    expect(await read(await write([1, 2, 3]), 3)).toEqual([1, 2, 3]);
    expect(await read(await write([1, 2, 3]), 2)).toMatch(/more tokens than .* which are 2/);
  });

  it.each([
    ['it is empty', ''],
    ['it is another file', 'GGUF\u0003\u0000\u0000\u0000'.repeat(20)],
    ['its version is not known', 'zosia conversation 2\nvocabulary 512\n1\n'],
    ['it has no vocabulary', 'zosia conversation 1\nvocabulary \n'],
    ['its vocabulary is beyond all numbers', 'zosia conversation 1\nvocabulary 4294967808\n1\n'],
    ['a token is beyond the vocabulary', 'zosia conversation 1\nvocabulary 512\n1 512\n'],
    ['a token is negative', 'zosia conversation 1\nvocabulary 512\n1 -2\n'],
    ['a token is no number', 'zosia conversation 1\nvocabulary 512\n1 two\n'],
    [
      'a token is beyond all numbers',
      'zosia conversation 1\nvocabulary 512\n18446744073709551617\n',
    ],
    ['it has a NUL', 'zosia conversation 1\nvocabulary 512\n1 2\u0000\n'],
  ])('is refused if %s', async (_, file) => {
    expect(await read(file)).toMatch(
      /^it is (no conversation|damaged|a conversation with another)/,
    );
  });

  it('is refused wherever it is cut off, but behind the head', async () => {
    const file = await write([1, 306, 46, 511]);
    const head = file.indexOf('512\n') + 4;
    for (let length = 0; length < file.length; length++) {
      if (length === head) continue;
      expect(typeof (await read(file.slice(0, length))), `${length} bytes`).toBe('string');
    }
  });

  it('is read or refused, and nothing else, whatever bytes it has', async () => {
    const file = Buffer.from(await write([1, 306, 46, 511]));
    const random = new RandomNumbers(4);
    for (let round = 0; round < 100; round++) {
      const damaged = Buffer.from(file);
      damaged[random.below(file.length)] = random.below(256);
      const result = await read(damaged, 4);
      if (typeof result !== 'string') expect(result.every((each) => each < 512)).toBe(true);
    }
  });
});
