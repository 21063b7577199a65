import { basename, join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { Tokenizer } from '../guest/tokenizer/tokenizer.js';
import type { EncodeOptions } from '../guest/tokenizer/tokenizer.js';
import { LlamaPrograms } from '../support/llama-programs.js';

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

/** The engine's tokenizer beside llama-tokenize of the guests. */
export class Tokenizers {
  readonly #engine: Tokenizer;
  readonly #llama: LlamaPrograms;

  private constructor(engine: Tokenizer, llama: LlamaPrograms) {
    this.#engine = engine;
    this.#llama = llama;
  }

  static async build(folder: string): Promise<Tokenizers> {
    const engine = await Tokenizer.build(folder);
    return new Tokenizers(
      engine,
      await LlamaPrograms.unpack(join(folder, 'root'), ['llama', 'llama-rpc']),
    );
  }

  /** Compares one text. */
  async expectSameTokens(gguf: string, text: string, how: EncodeOptions): Promise<void> {
    const [tokens] = await this.#engine.encode(gguf, [text], how);
    expect(tokens).toEqual(await this.#llamaTokens(gguf, text, how));
  }

  /** Compares texts of all kinds, with control tokens and without. */
  async expectAgreement(gguf: string, numRuns = 3): Promise<void> {
    await fc.assert(
      fc.asyncProperty(TEXT, async (text) => {
        for (const how of [{}, { ends: true, control: true }]) {
          await this.expectSameTokens(gguf, text, how);
        }
      }),
      { numRuns, endOnFailure: true },
    );
  }

  async #llamaTokens(
    gguf: string,
    text: string,
    { ends = false, control = false }: EncodeOptions,
  ): Promise<unknown> {
    const flags = [...(ends ? [] : ['--no-bos']), ...(control ? [] : ['--no-parse-special'])];
    const args = ['-m', gguf, '--stdin', '--ids', '--no-escape', ...flags];
    const { stdout, stderr, failed } = await this.#llama.start(
      'llama-tokenize',
      args,
      undefined,
      Buffer.from(text),
    );
    if (failed) throw new Error(`${basename(gguf)}: ${Buffer.from(stderr).toString()}`);
    return JSON.parse(Buffer.from(stdout).toString());
  }
}
