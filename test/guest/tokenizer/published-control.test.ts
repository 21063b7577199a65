import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { WITH_WEIGHTS, weights } from '../../support/weights.js';
import { Tokenizer } from './tokenizer.js';

const gguf = (name: string): string => weights(`vocab/ggml-vocab-${name}.gguf`);

describe('a published vocabulary', WITH_WEIGHTS, () => {
  const folder = temporaryFolder();
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await Tokenizer.build(folder.path);
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
