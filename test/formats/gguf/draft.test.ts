import { describe, expect, it } from 'vitest';
import { baseModelOf } from '../../../src/formats/gguf/base-model.js';
import { draftMisfit } from '../../../src/formats/gguf/draft.js';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import { uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { sampleGguf } from './samples.js';

const strings = (value: readonly string[]): TypedValue => ({ type: 'array', of: 'string', value });
const numbered = (count: number, change: Readonly<Record<number, string>> = {}): TypedValue =>
  strings(Array.from({ length: count }, (_, token) => change[token] ?? `token ${token}`));
const flag = (value: boolean): TypedValue => ({ type: 'bool', value });

const header = async (metadata: Readonly<Record<string, TypedValue>>) =>
  readGguf(
    accessBytes(
      await sampleGguf({
        'tokenizer.ggml.model': { type: 'string', value: 'llama' },
        'tokenizer.ggml.tokens': numbered(300),
        ...metadata,
      }),
    ),
  );

async function misfit(
  draft: Readonly<Record<string, TypedValue>>,
  model: Readonly<Record<string, TypedValue>> = {},
): Promise<string | undefined> {
  return draftMisfit(await header(draft), baseModelOf([await header(model)]));
}

describe('a draft fits a model', () => {
  it.each([
    ['with the same tokens', {}],
    [
      'with other special tokens, up to the fifth',
      { 'tokenizer.ggml.tokens': numbered(300, { 4: 'x' }) },
    ],
    ['with 128 tokens more', { 'tokenizer.ggml.tokens': numbered(428) }],
    ['with 128 tokens fewer', { 'tokenizer.ggml.tokens': numbered(172) }],
    ['that leaves its first token to llama.cpp', { 'tokenizer.ggml.add_bos_token': flag(false) }],
    ['of another architecture', { 'general.architecture': { type: 'string', value: 'qwen2' } }],
  ] as const)('%s', async (_, draft) => {
    expect(await misfit(draft)).toBeUndefined();
  });

  it.each([
    [
      'with 129 tokens more',
      { 'tokenizer.ggml.tokens': numbered(429) },
      'it has 429 tokens, and the model 300: they may differ by 128',
    ],
    [
      'with another token',
      { 'tokenizer.ggml.tokens': numbered(300, { 5: 'x"' }) },
      String.raw`its token 5 is "x\"", and the model's "token 5"`,
    ],
    [
      'with another last token',
      { 'tokenizer.ggml.tokens': numbered(200, { 199: 'é' }) },
      'its token 199 is "é", and the model\'s "token 199"',
    ],
    [
      'of another kind',
      { 'tokenizer.ggml.model': { type: 'string', value: 'gpt2' } },
      'its tokenizer is of the kind "gpt2", and the model\'s of the kind "llama"',
    ],
    ['without tokens', { 'tokenizer.ggml.tokens': strings([]) }, 'it has no vocabulary'],
  ] as const)('but not one %s', async (_, draft, expected) => {
    expect(await misfit(draft)).toBe(expected);
  });

  it('but not one that begins or ends a text otherwise', async () => {
    const ends = (adds: boolean, token: number) => ({
      'tokenizer.ggml.add_bos_token': flag(adds),
      'tokenizer.ggml.bos_token_id': uint32(token),
    });
    expect(await misfit(ends(true, 1), ends(true, 1))).toBeUndefined();
    expect(await misfit(ends(false, 2), ends(false, 1))).toBeUndefined();
    expect(await misfit(ends(true, 2), ends(true, 1))).toBe(
      'it begins a text with token 2, and the model with token 1',
    );
    expect(await misfit(ends(false, 1), ends(true, 1))).toBe(
      'the model begins a text with a token of its own, and it with none',
    );
    const eos = (adds: boolean) => ({ 'tokenizer.ggml.add_eos_token': flag(adds) });
    expect(await misfit(eos(true), eos(false))).toBe(
      'it ends a text with a token of its own, and the model with none',
    );
  });
});
