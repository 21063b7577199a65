import { describe, expect, it } from 'vitest';
import { chooseFiles } from '../../../src/models/transports/choose-model.js';
import { quantisationIn } from '../../../src/models/model-files.js';
import { zosiaError } from '../../support/errors.js';

const listed = (paths: readonly string[]): { path: string }[] => paths.map((path) => ({ path }));

function choose(paths: readonly string[], quantisation?: string): string[] {
  const { parts, projector } = chooseFiles(listed(paths), { quantisation }, 'a/b');
  return [...parts, ...(projector ? [projector] : [])].map(({ path }) => path);
}

describe('the quantisation in a name', () => {
  it.each([
    ['Phi-3.5-mini-instruct-Q4_K_M', 'Q4_K_M'],
    ['qwen2.5-0.5b-instruct-q4_k_m', 'Q4_K_M'],
    ['model.Q8_0', 'Q8_0'],
    ['phi_q6_k', 'Q6_K'],
    ['gpt-oss-20b-mxfp4', 'MXFP4'],
    ['X-UD-IQ2_XXS', 'UD-IQ2_XXS'],
    ['X-Q4_0_4_8', 'Q4_0_4_8'],
    ['X-fp16', 'FP16'],
    ['X-bf16', 'BF16'],
    ['Q4-tips', 'Q4'],
    ['SmolLM2-135M-Instruct', undefined],
  ])('of %s is %s', (stem, quantisation) => {
    expect(quantisationIn(stem)).toBe(quantisation);
  });
});

describe('the files of a model among those of a repository', () => {
  const MANY = ['README.md', 'x-Q2_K.gguf', 'x-Q4_K_M.gguf', 'x-Q4_K_S.gguf', 'x-Q8_0.gguf'];

  it('are those of the quantisation, in capitals or not', () => {
    expect(choose(MANY, 'q8_0')).toEqual(['x-Q8_0.gguf']);
    expect(choose(['x.q4_0.gguf', 'x.q4_1.gguf'], 'Q4_1')).toEqual(['x.q4_1.gguf']);
  });

  it('are those of the usual quantisation where none is named, or a family of them', () => {
    expect(choose(MANY)).toEqual(['x-Q4_K_M.gguf']);
    expect(choose(MANY, 'Q4')).toEqual(['x-Q4_K_M.gguf']);
    expect(choose(['x-Q2_K.gguf', 'x-Q8_0.gguf'])).toEqual(['x-Q8_0.gguf']);
    expect(choose(['whatever.gguf'])).toEqual(['whatever.gguf']);
  });

  it('are of the plain quantisation rather than of a variant of it', () => {
    const paths = ['x-UD-Q4_K_M.gguf', 'x-Q4_K_M.gguf'];
    expect(choose(paths, 'Q4_K_M')).toEqual(['x-Q4_K_M.gguf']);
    expect(choose(paths, 'UD-Q4_K_M')).toEqual(['x-UD-Q4_K_M.gguf']);
    expect(choose(['x-UD-Q4_K_M.gguf', 'x-Q8_0.gguf'], 'Q4_K_M')).toEqual(['x-UD-Q4_K_M.gguf']);
  });

  it('are found by a word of the name, too, but not by a part of one', () => {
    expect(choose(['a-tool.gguf', 'a-chat.gguf'], 'chat')).toEqual(['a-chat.gguf']);
    expect(() => choose(['a-tool.gguf', 'a-chat.gguf'], 'cha')).toThrow(
      zosiaError('ZOSIA_MODEL_NOT_FOUND'),
    );
  });

  it('are listed where several may be meant', () => {
    expect(() => choose(['a-Q4_K_M.gguf', 'b-Q4_K_M.gguf'])).toThrow(
      expect.objectContaining({
        code: 'ZOSIA_MODEL_AMBIGUOUS',
        hint: 'Name one of its files: a-Q4_K_M.gguf, b-Q4_K_M.gguf.',
      }),
    );
    expect(() => choose(['a-Q2_K.gguf', 'a-Q3_K.gguf'])).toThrow(
      zosiaError('ZOSIA_MODEL_AMBIGUOUS'),
    );
  });

  it('are said, where the quantisation is not there', () => {
    expect(() => choose(MANY, 'Q5_K_M')).toThrow(
      expect.objectContaining({
        code: 'ZOSIA_MODEL_NOT_FOUND',
        hint: 'It has Q2_K, Q4_K_M, Q4_K_S, Q8_0.',
      }),
    );
    expect(() => choose(['README.md'])).toThrow(zosiaError('ZOSIA_MODEL_NOT_FOUND'));
  });

  it('are all parts of a split one, in order, with the folder as its quantisation', () => {
    const paths = [
      'Q8_0/x-00002-of-00003.gguf',
      'Q8_0/x-00001-of-00003.gguf',
      'Q8_0/x-00003-of-00003.gguf',
    ];
    expect(choose([...paths, 'x-Q4_0.gguf'], 'Q8_0')).toEqual([paths[1], paths[0], paths[2]]);
    const named = chooseFiles(listed(paths), { file: paths[0] }, 'a/b');
    expect(named.parts.map(({ path }) => path)).toEqual([paths[1], paths[0], paths[2]]);
    expect(named.stem).toBe('x');
  });

  it.each([
    [['x-00001-of-00002.gguf']],
    [['x-00001-of-00003.gguf', 'x-00003-of-00003.gguf']],
    [['x-00001-of-00002.gguf', 'other/x-00002-of-00002.gguf']],
    [['x-00001-of-00002.gguf', 'x-00002-of-00003.gguf']],
  ])('are refused, where parts of a split one lack: %j', (paths) => {
    expect(() => chooseFiles(listed(paths), { file: paths[0] }, 'a/b')).toThrow(
      expect.objectContaining({
        code: 'ZOSIA_MODEL_UNUSABLE',
        hint: expect.stringContaining('-of-0000'),
      }),
    );
  });

  it('are by themselves, where their number is one that no part has', () => {
    for (const path of [
      'x-00003-of-00002.gguf',
      'x-00000-of-00002.gguf',
      'x-00000-of-00000.gguf',
    ]) {
      expect(choose([path])).toEqual([path]);
    }
  });

  it('are told to be of one model, where few of very many parts are there', () => {
    const paths = [1, 2, 3].map((number) => `x-0000${number}-of-99999.gguf`);
    for (const file of [undefined, paths[1]]) {
      expect(() => chooseFiles(listed(paths), { file }, 'a/b')).toThrow(
        expect.objectContaining({
          message: 'a/b has 3 of the 99999 parts of x',
          hint: expect.stringMatching(
            /^It lacks x-00004-of-99999\.gguf, .*, and 99984 more\./,
          ) as string,
        }),
      );
    }
  });

  it('are all of thousands of parts', () => {
    const paths = Array.from(
      { length: 9000 },
      (_, index) => `x-${String(index + 1).padStart(5, '0')}-of-09000.gguf`,
    );
    expect(chooseFiles(listed(paths), {}, 'a/b').parts).toHaveLength(9000);
  });

  it('are none, where there is only a projector', () => {
    expect(() => chooseFiles(listed(['mmproj-F16.gguf', 'README.md']), {}, 'a/b')).toThrow(
      'a/b has only a projector, mmproj-F16.gguf, and no model',
    );
  });

  it('come with the projector beside them, in F16 where there is one', () => {
    const projectors = ['mmproj-F32.gguf', 'mmproj-F16.gguf', 'mmproj-BF16.gguf'];
    expect(choose(['x-Q4_K_M.gguf', ...projectors])).toEqual(['x-Q4_K_M.gguf', 'mmproj-F16.gguf']);
    expect(choose(['x-Q4_K_M.gguf', 'mmproj-x-Q8_0.gguf'])).toContain('mmproj-x-Q8_0.gguf');
    expect(choose(['q/x-Q4_K_M.gguf', 'r/mmproj.gguf'])).toEqual(['q/x-Q4_K_M.gguf']);
    expect(choose(['x-Q4_K_M.gguf', 'mmproj-y-F16.gguf', 'mmproj-x-Q8_0.gguf'])).toContain(
      'mmproj-x-Q8_0.gguf',
    );
  });

  it('are a projector alone, or a checkpoint, where that is named', () => {
    const paths = ['x-Q4_K_M.gguf', 'mmproj-F16.gguf', 'stories.bin'];
    for (const file of ['mmproj-F16.gguf', 'stories.bin']) {
      const { parts, projector } = chooseFiles(listed(paths), { file }, 'a/b');
      expect(parts).toEqual([{ path: file }]);
      expect(projector).toBeUndefined();
    }
  });

  it('are proposed, where the name of a file is mistyped', () => {
    expect(() => chooseFiles(listed(MANY), { file: 'x-Q8_O.gguf' }, 'a/b')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('x-Q8_0.gguf') }),
    );
  });

  it('take no time where a repository has thousands of names made to take some', () => {
    const paths = Array.from({ length: 3000 }, (_, i) => `${'-Q4_K'.repeat(100)}-${i}.gguf`);
    expect(() => choose(paths)).toThrow(zosiaError('ZOSIA_MODEL_AMBIGUOUS'));
  });
});
