import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import { uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { templateOfGguf } from '../../../src/recipes/chat-pieces/gguf-template.js';
import type { ChatTemplateSource } from '../../../src/recipes/chat-pieces/take-apart.js';
import { takeTemplateApart } from '../../../src/recipes/chat-pieces/take-apart.js';
import { sampleGguf } from '../../formats/gguf/samples.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { zosiaError } from '../../support/errors.js';

const string = (value: string): TypedValue => ({ type: 'string', value });
const bool = (value: boolean): TypedValue => ({ type: 'bool', value });

async function templateWith(
  metadata: Readonly<Record<string, TypedValue>>,
  chosen?: string,
): Promise<ChatTemplateSource | undefined> {
  const bytes = await sampleGguf({
    'tokenizer.ggml.model': string('llama'),
    'tokenizer.ggml.tokens': {
      type: 'array',
      of: 'string',
      value: ['<unk>', '<s>', '</s>', 'ä', '<|end|>'],
    },
    'tokenizer.ggml.token_type': { type: 'array', of: 'int32', value: [2, 3, 3, 1, 4] },
    ...metadata,
  });
  return templateOfGguf(await readGguf(accessBytes(bytes)), chosen);
}

describe('templateOfGguf', () => {
  it('reads the template, the tokens round a text, and the special tokens', async () => {
    const numbers = {
      'tokenizer.ggml.bos_token_id': uint32(4),
      'tokenizer.ggml.eos_token_id': uint32(3),
      'tokenizer.ggml.add_bos_token': bool(false),
    };
    expect(await templateWith(numbers)).toEqual({
      template: '{{ messages }}',
      bosToken: '<|end|>',
      eosToken: 'ä',
      addsBos: false,
      specialTokens: ['<s>', '</s>', '<|end|>'],
    });
  });

  it('takes what llama.cpp takes where a vocabulary does not say', async () => {
    expect(await templateWith({})).toMatchObject({
      bosToken: '<s>',
      eosToken: '</s>',
      addsBos: true,
    });
    const pairs = { 'tokenizer.ggml.model': string('gpt2') };
    expect(await templateWith({ ...pairs, 'tokenizer.ggml.pre': string('qwen2') })).toMatchObject({
      bosToken: '',
      eosToken: '',
      addsBos: false,
    });
    const llama3 = await templateWith({ ...pairs, 'tokenizer.ggml.pre': string('llama-bpe') });
    expect(llama3).toMatchObject({ addsBos: true });
  });

  it('takes no text for a token that is not there', async () => {
    const far = { 'tokenizer.ggml.bos_token_id': uint32(0xffffffff) };
    expect(await templateWith(far)).toMatchObject({ bosToken: '' });
  });

  it('returns undefined without a template, and prefers one that is chosen', async () => {
    const empty = { 'tokenizer.chat_template': string(' ') };
    expect(await templateWith(empty)).toBeUndefined();
    expect(await templateWith(empty, 'mine')).toMatchObject({ template: 'mine' });
    expect(await templateWith({}, 'mine')).toMatchObject({ template: 'mine' });
  });

  it('refuses a model without a vocabulary', async () => {
    const none: TypedValue = { type: 'array', of: 'int32', value: [] };
    await expect(templateWith({ 'tokenizer.ggml.tokens': none })).rejects.toThrow(
      zosiaError('ZOSIA_TEMPLATE_NOT_PIECES'),
    );
  });

  it('reads the built-in model, whose template is taken apart', async () => {
    const source = templateOfGguf(await readGguf(accessBytes(await readFile(EMBEDDED_MODEL))));
    const { pieces } = await takeTemplateApart(source!);
    expect(pieces).toMatchObject({ start: 'Q: ', userEnd: '\nA:', next: undefined });
  });
});
