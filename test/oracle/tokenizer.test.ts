import { basename } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Tokenizer, rewriteVocabulary, writeVocabulary } from '../guest/tokenizer/tokenizer.js';
import type { EncodeOptions } from '../guest/tokenizer/tokenizer.js';
import { LlamaPrograms, WHERE_GUEST_PROGRAMS_RUN } from '../support/llama-programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { WITH_WEIGHTS, weights } from '../support/weights.js';

/** What vocabularies and pre-tokenizers are likely to disagree about. */
const PARTS = [
  ...['the ', 'Hello', ' world', "'s", "'LL", "'re", "'", 'fooBar_x', 'http://x.y/z?a=b&c'],
  ...['1', '123', '4567 ', ' 9', '3.14', '\n', '\r\n', '\t', '   ', ' \n  \n', '\u00a0', '\u3000'],
  ...['\u0085', 'é', 'ß', '龍', '한국어', 'नमस्ते', 'ไทย', '\u0301', '😀', '👩‍👧', '½', '٣', 'Ⅷ'],
  ...[
    '...',
    '?!',
    '$+',
    '<=>',
    '^~|`',
    '«…»',
    '\u0001',
    '\u001c',
    '\u007f',
    'aaaa',
    '==',
    '▁',
    'Ġ',
  ],
  ...['<s>', '</s>', '<unk>', '<|eot_id|>', '<|endoftext|>', '<|im_end|>', '<|end|>', '<0x0A>'],
];

/** Letters of scripts that have long been in Unicode: programs know different versions of it. */
const CHARACTERS = [
  ...['\u0020-\u007e', '\u00a1-\u024f', '\u0391-\u03a1', '\u0410-\u044f', '\u05d0-\u05ea'],
  ...['\u0621-\u063a', '\u0905-\u0939', '\u3041-\u3096', '\u4e00-\u9fa5', '\uac00-\ud7a3'],
].map((range) => {
  const [first, last] = [range.codePointAt(0)!, range.codePointAt(2)!];
  return fc.integer({ min: first, max: last }).map((code) => String.fromCodePoint(code));
});

const TEXT = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PARTS) }, ...CHARACTERS), {
    minLength: 100,
    maxLength: 400,
    size: 'max',
  })
  .map((parts) => parts.join(''));

describe("the engine's tokenizer", WHERE_GUEST_PROGRAMS_RUN, () => {
  const folder = temporaryFolder();
  let tokenizer: Tokenizer;
  let llama: LlamaPrograms;
  beforeAll(async () => {
    tokenizer = await Tokenizer.build(folder.path);
    llama = await LlamaPrograms.unpack(folder.file('root'), ['llama', 'llama-rpc']);
  });

  async function llamaTokens(
    gguf: string,
    text: string,
    { ends = false, control = false }: EncodeOptions,
  ): Promise<unknown> {
    const flags = [...(ends ? [] : ['--no-bos']), ...(control ? [] : ['--no-parse-special'])];
    const args = ['-m', gguf, '--stdin', '--ids', '--no-escape', ...flags];
    const { stdout, stderr, failed } = await llama.start(
      'llama-tokenize',
      args,
      undefined,
      Buffer.from(text),
    );
    if (failed) throw new Error(`${basename(gguf)}: ${Buffer.from(stderr).toString()}`);
    return JSON.parse(Buffer.from(stdout).toString());
  }

  /** Compares texts of all kinds, with control tokens and without. */
  async function expectAgreement(gguf: string, numRuns = 3): Promise<void> {
    await fc.assert(
      fc.asyncProperty(TEXT, async (text) => {
        for (const how of [{}, { ends: true, control: true }]) {
          const [tokens] = await tokenizer.encode(gguf, [text], how);
          expect(tokens).toEqual(await llamaTokens(gguf, text, how));
        }
      }),
      { numRuns, endOnFailure: true },
    );
  }

  it.each(['llama-spm', 'phi-3', 'gpt-2', 'qwen2', 'llama-bpe'])(
    'agrees with llama-tokenize on texts of all kinds: %s',
    WITH_WEIGHTS,
    (name) => expectAgreement(weights(`vocab/ggml-vocab-${name}.gguf`)),
  );

  it.each(['smollm', 'default', 'llama-bpe', 'dbrx', 'olmo', 'megrez'])(
    "agrees with llama-tokenize on GPT-2's tokens, split as %s does",
    WITH_WEIGHTS,
    async (pre) => {
      const from = weights('vocab/ggml-vocab-gpt-2.gguf');
      const to = folder.file(`${pre}.gguf`);
      await expectAgreement(await rewriteVocabulary(from, to, { 'tokenizer.ggml.pre': pre }), 2);
    },
  );

  it('agrees with llama-tokenize on special tokens that overlap', async () => {
    const tokens = ['a', 'b', 'c', 'd', 'ab', 'Ġ'].map((text) => ({ text }));
    const users = ['bc', 'bcd', 'cda'].map((text) => ({ text, type: 'user' as const }));
    const controls = ['<|im_end|>', 'dd', 'abcda'].map((text) => ({
      text,
      type: 'control' as const,
    }));
    const gguf = await writeVocabulary(folder.file('special.gguf'), {
      model: 'gpt2',
      pre: 'gpt-2',
      merges: ['a b'],
      tokens: [...tokens, ...users, ...controls],
    });
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', 'd', ' ', '<|im_end|>'), {
        minLength: 300,
        maxLength: 300,
      })
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (each, control) => {
        const [found] = await tokenizer.encode(gguf, [each], { control });
        expect(found).toEqual(await llamaTokens(gguf, each, { control }));
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });
});
