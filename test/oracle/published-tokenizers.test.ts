import { beforeAll, describe, it } from 'vitest';
import { rewriteVocabulary } from '../guest/tokenizer/tokenizer.js';
import { WHERE_GUEST_PROGRAMS_RUN } from '../support/llama-programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { WITH_WEIGHTS, weights } from '../support/weights.js';
import { Tokenizers } from './tokenizer-agreement.js';

describe("the engine's tokenizer", WHERE_GUEST_PROGRAMS_RUN, () => {
  const folder = temporaryFolder();
  let tokenizers: Tokenizers;
  beforeAll(async () => {
    tokenizers = await Tokenizers.build(folder.path);
  });

  it.each(['llama-spm', 'phi-3', 'gpt-2', 'qwen2', 'llama-bpe'])(
    'agrees with llama-tokenize on texts of all kinds: %s',
    WITH_WEIGHTS,
    (name) => tokenizers.expectAgreement(weights(`vocab/ggml-vocab-${name}.gguf`)),
  );

  it.each(['smollm', 'default', 'llama-bpe', 'dbrx', 'olmo', 'megrez'])(
    "agrees with llama-tokenize on GPT-2's tokens, split as %s does",
    WITH_WEIGHTS,
    async (pre) => {
      const from = weights('vocab/ggml-vocab-gpt-2.gguf');
      const to = folder.file(`${pre}.gguf`);
      const model = await rewriteVocabulary(from, to, { 'tokenizer.ggml.pre': pre });
      await tokenizers.expectAgreement(model, 2);
    },
  );
});
