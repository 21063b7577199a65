import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { WITH_WEIGHTS, weights } from '../../support/weights.js';
import { Tokenizer } from './tokenizer.js';

const VOCABULARIES = ['llama-spm', 'phi-3', 'gpt-2', 'qwen2', 'llama-bpe'];

const gguf = (name: string): string => weights(`vocab/ggml-vocab-${name}.gguf`);

const textsOf = async (name: string): Promise<string[]> =>
  (await readFile(`${gguf(name)}.inp`, 'utf8')).split('\n__ggml_vocab_test__\n');

const FACTS = {
  'llama-spm': { count: 32_000, bos: 1, eos: 2, unknown: 0, endOfTurn: -1, addBos: 1, ends: [2] },
  'phi-3': { count: 32_064, bos: 1, eos: 32_000, endOfTurn: 32_007, ends: [2, 32_000, 32_007] },
  'gpt-2': { count: 50_257, bos: 50_256, eos: 50_256, unknown: -1, addBos: 0, ends: [50_256] },
  qwen2: { bos: 151_643, endOfTurn: 151_645, addBos: 0, ends: [128_247, 151_643, 151_645] },
  'llama-bpe': { bos: 128_000, eos: 128_001, addBos: 1, addEos: 0, ends: [128_001, 128_009] },
};

describe('a published vocabulary', WITH_WEIGHTS, () => {
  const folder = temporaryFolder();
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await Tokenizer.build(folder.path);
  });

  it.each(VOCABULARIES)('gives the published tokens of every text: %s', async (name) => {
    const texts = await textsOf(name);
    const lines = (await readFile(`${gguf(name)}.out`, 'utf8')).split('\n');
    expect(texts.length).toBeGreaterThan(40);
    const tokens = await tokenizer.encode(gguf(name), texts);
    expect(tokens.map((each) => each.join(' '))).toEqual(lines.map((line) => line.trim()));
  });

  it.each(VOCABULARIES)('gives the text back from its tokens: %s', async (name) => {
    const texts = await textsOf(name);
    const decoded = await tokenizer.decode(gguf(name), texts, { ends: true });
    expect(decoded.map(String)).toEqual(texts);
  });

  it.each(Object.entries(FACTS))('knows the special tokens: %s', async (name, facts) => {
    expect(await tokenizer.facts(gguf(name))).toMatchObject(facts);
  });

  it('takes the texts of control tokens for them only where it is told to', async () => {
    const text = '<|im_start|>user\nHi<|im_end|>';
    const [plain] = await tokenizer.encode(gguf('qwen2'), [text]);
    expect(plain!.filter((token) => token >= 151_643)).toEqual([]);
    const [parsed] = await tokenizer.encode(gguf('qwen2'), [text], { control: true });
    expect(parsed).toEqual([151_644, 872, 198, 13_048, 151_645]);
    const [hidden] = await tokenizer.decode(gguf('qwen2'), [text], { control: true });
    expect(String(hidden)).toBe('user\nHi');
    const how = { control: true, showsControl: true };
    const [shown] = await tokenizer.decode(gguf('qwen2'), [text], how);
    expect(String(shown)).toBe(text);
  });

  it("drops the spaces behind Phi-3's special tokens, but not behind the begin of text", async () => {
    const texts = ['<|user|>\n Hi<|end|>\n', '<|user|>Hi<|end|>', '<s> Hi'];
    const [spaced, tight, begun] = await tokenizer.encode(gguf('phi-3'), texts, { control: true });
    expect(spaced).toEqual(tight);
    expect(spaced).toEqual([32_010, 6324, 32_007]);
    expect(begun).toEqual([1, 29_871, 6324]);
  });

  it.each(['llama-spm', 'qwen2'])(
    'takes a megabyte of one character, whatever it is: %s',
    async (name) => {
      const quick = await Tokenizer.build(folder.path, true);
      const texts = ['a', ' ', '😀', '<', '7', '\n', '\u0301'].map((each) =>
        each.repeat(2 ** 20 / Buffer.byteLength(each)),
      );
      const decoded = await quick.decode(gguf(name), texts, { ends: true, control: true });
      expect(decoded.map((each, index) => each.equals(Buffer.from(texts[index]!)))).toEqual(
        texts.map(() => true),
      );
    },
  );
});
