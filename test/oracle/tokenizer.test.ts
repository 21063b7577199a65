import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { writeVocabulary } from '../guest/tokenizer/tokenizer.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { WHERE_GUEST_PROGRAMS_RUN } from '../support/llama-programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { Tokenizers } from './tokenizer-agreement.js';

describe("the engine's tokenizer", WHERE_GUEST_PROGRAMS_RUN, () => {
  const folder = temporaryFolder();
  let tokenizers: Tokenizers;
  beforeAll(async () => {
    tokenizers = await Tokenizers.build(folder.path);
  });

  it("agrees with llama-tokenize on texts of all kinds, in the built-in model's tokens", async () => {
    await tokenizers.expectAgreement(EMBEDDED_MODEL);
  });

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
        await tokenizers.expectSameTokens(gguf, each, { control });
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });
});
