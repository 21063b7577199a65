import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { embeddedReference } from '../../support/embedded-model.js';
import { STORIES_15M } from '../../support/llama2-format.js';
import type { CheckpointFormat, Llama2Shape } from '../../support/llama2-format.js';
import { referenceText } from '../../support/llama2-sampling.js';
import type { SamplingOptions } from '../../support/llama2-sampling.js';
import { readVocabulary, writeVocabulary } from '../../support/llama2-tokens.js';
import { GREEDY_STORY, SAMPLED_STORY } from '../../support/published-stories.js';
import { randomCheckpoint } from '../../support/random-checkpoint.js';
import { syntheticVocabulary } from '../../support/synthetic-vocabulary.js';
import { temporaryFolder } from '../../support/temporary.js';
import { STORIES_260K, WITH_WEIGHTS } from '../../support/weights.js';
import { PRODUCTS, buildHostProgram } from './programs.js';

const folder = temporaryFolder();
let program: string;
beforeAll(async () => {
  program = await buildHostProgram(folder.path, 'run_model', [], PRODUCTS);
});

const GREEDY: SamplingOptions = { steps: 256, temperature: 0, topP: 0.9, seed: 1 };

interface Run {
  readonly promptTokens: number[];
  readonly tokens: number[];
  readonly largestLogits: number[];
  readonly text: string;
}

async function runModel(
  checkpoint: string,
  tokenizer: string,
  options: SamplingOptions,
  products = PRODUCTS[0]!,
): Promise<Run> {
  const { prompt = '', steps, temperature, topP, seed } = options;
  const numbers = [steps, temperature, topP, seed].map(String);
  const { stdout } = await execa(program, [checkpoint, tokenizer, ...numbers, prompt, products]);
  const [head, text] = stdout.split(/^text\n/m);
  const [promptLine, ...lines] = head!.trimEnd().split('\n');
  const positions = lines.map((line) => line.split(' ').map(Number) as [number, number]);
  return {
    promptTokens: promptLine!.split(' ').slice(1).map(Number),
    tokens: positions.map(([token]) => token),
    largestLogits: positions.map(([, logit]) => logit),
    text: text!,
  };
}

describe('stories260K', WITH_WEIGHTS, () => {
  it.each([
    ['at temperature 0', GREEDY, GREEDY_STORY],
    ['for a seed', { ...GREEDY, temperature: 1, seed: 133_742 }, SAMPLED_STORY],
  ])('generates the published story %s, to its last word', async (_, options, story) => {
    const { checkpoint, tokenizer } = STORIES_260K;
    for (const products of PRODUCTS) {
      const { text } = await runModel(checkpoint, tokenizer, options, products);
      expect(text, products).toBe(story);
    }
  });
});

describe('the built-in model', () => {
  it.each([
    GREEDY,
    { ...GREEDY, prompt: 'Zoë and the dragon 龍', steps: 60 },
    { ...GREEDY, temperature: 0.8, topP: 1, seed: 7, steps: 120 },
    { ...GREEDY, temperature: 1.3, topP: 0.5, seed: 123_456_789_012, steps: 120 },
  ])('agrees with the reference on $prompt, temperature $temperature', async (options) => {
    const model = await embeddedReference(folder.path);
    const reference = model.tell(options);
    for (const products of PRODUCTS) {
      const run = await runModel(model.checkpoint, model.tokenizer, options, products);
      expect(run.promptTokens).toEqual(reference.promptTokens);
      expect(run.tokens, products).toEqual(reference.tokens);
      expect(run.text).toBe(reference.text.toString());
    }
  });
});

describe('a model with random weights', () => {
  it('agrees with the reference in the exact shape of stories15M', async () => {
    const checkpoint = randomCheckpoint(STORIES_15M, { version: 0 }, 15);
    expect(checkpoint.length).toBe(60_816_028);
    const vocabulary = syntheticVocabulary(STORIES_15M.vocabularySize);
    const files = [folder.file('stories15M.bin'), folder.file('stories15M-tokenizer.bin')] as const;
    await writeFile(files[0], checkpoint);
    await writeFile(files[1], vocabulary);
    const options = { ...GREEDY, prompt: 'Once upon a time', steps: 12 };
    const reference = referenceText(checkpoint, readVocabulary(vocabulary), options);
    const run = await runModel(...files, options);
    expect(run.promptTokens).toEqual(reference.promptTokens);
    expect(run.tokens).toEqual(reference.tokens);
  });

  const shape: Llama2Shape = {
    dim: 48,
    hiddenDim: 112,
    layerCount: 3,
    headCount: 6,
    kvHeadCount: 6,
    vocabularySize: 300,
    contextLength: 40,
    sharedClassifier: true,
  };
  const bytes = Array.from({ length: 256 }, (_, byte) => {
    return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
  });
  const others = Array.from({ length: 41 }, (_, i) => ` w${i}`);
  const vocabularyFile = writeVocabulary(
    ['<unk>', '<s>', '</s>', ...bytes, ...others].map((text, i) => ({ text, score: -i })),
  );

  async function compare(
    shape: Llama2Shape,
    format: CheckpointFormat,
    tolerance: number,
  ): Promise<void> {
    const checkpoint = randomCheckpoint(shape, format, 99);
    const files = [folder.file('random.bin'), folder.file('random-tokenizer.bin')] as const;
    await writeFile(files[0], checkpoint);
    await writeFile(files[1], vocabularyFile);
    const options = { ...GREEDY, temperature: 1, topP: 0.95, seed: 5, steps: shape.contextLength };
    const reference = referenceText(checkpoint, readVocabulary(vocabularyFile), options);
    for (const products of PRODUCTS) {
      const run = await runModel(...files, options, products);
      expect(run.tokens, products).toEqual(reference.tokens);
      run.largestLogits.forEach((logit, i) => {
        expect(Math.abs(logit - reference.largestLogits[i]!), products).toBeLessThan(tolerance);
      });
    }
  }

  it.each([
    ['legacy', shape, { version: 0 }],
    ['version 1', shape, { version: 1 }],
    ['legacy with a classifier of its own', { ...shape, sharedClassifier: false }, { version: 0 }],
    ['multi-query', { ...shape, kvHeadCount: 1 }, { version: 0 }],
    ['grouped queries', { ...shape, kvHeadCount: 2 }, { version: 1 }],
    // Sizes that no vector fits into evenly.
    [
      'odd sizes',
      { ...shape, dim: 66, headCount: 3, kvHeadCount: 3, hiddenDim: 91 },
      { version: 0 },
    ],
  ] as const)('agrees with the reference: %s', async (_, shape, format) => {
    await compare(shape, format, 1e-4);
  });

  it.each([
    ['groups of 16', shape, { version: 2, groupSize: 16 }],
    ['groups of 12', { ...shape, hiddenDim: 96 }, { version: 2, groupSize: 12 }],
    ['its own classifier', { ...shape, sharedClassifier: false }, { version: 2, groupSize: 8 }],
    ['groups of 1', shape, { version: 2, groupSize: 1 }],
  ] as const)('agrees with the reference in int8: %s', async (_, shape, format) => {
    // Now and then an activation lies so near to the middle that it is rounded the other way.
    await compare(shape, format, 0.05);
  });

  describe('that is damaged', () => {
    const good = randomCheckpoint(shape, { version: 0 }, 1);
    const int8 = randomCheckpoint(shape, { version: 2, groupSize: 16 }, 1);
    const changed = (bytes: Uint8Array, offset: number, value: number): Uint8Array => {
      const copy = Buffer.from(bytes);
      copy.writeInt32LE(value, offset);
      return copy;
    };

    it.each([
      ['empty', new Uint8Array(), 'it is no llama2.c checkpoint, having 0 bytes'],
      ['cut in its header', good.subarray(0, 27), 'having 27 bytes'],
      ['cut short', good.subarray(0, -1), `it has ${good.length - 1} bytes`],
      ['too long', Buffer.concat([good, Buffer.alloc(4)]), `of its shape has ${good.length}`],
      ['without layers', changed(good, 8, 0), 'its n_layers is 0'],
      ['of a negative size', changed(good, 0, -48), 'its dim is -48'],
      ['of an impossible size', changed(changed(good, 0, 0x7ffffff8), 4, 0x7fffffff), 'is damaged'],
      ['of heads that do not fit', changed(good, 12, 7), '7 heads cannot share 48 dimensions'],
      ['of odd heads', changed(good, 12, 16), '16 heads cannot share'],
      ['of key heads that do not fit', changed(good, 16, 4), '4 key heads cannot serve 6'],
      ['with too small a vocabulary', changed(good, 20, 2), 'a vocabulary of 2'],
      ['with the most negative number', changed(good, 20, -0x80000000), 'its vocab_size is'],
      ['of a future version', changed(int8, 4, 3), 'version 3'],
      ['cut in the larger header', int8.subarray(0, 200), 'having 200 bytes'],
      ['in groups of 0', changed(int8, 37, 0), 'groups of 0'],
      ['in groups that do not fit', changed(int8, 37, 32), 'groups of 32'],
    ])('is refused: %s', async (_, bytes, message) => {
      const path = folder.file('damaged.bin');
      await writeFile(path, bytes);
      const tokenizer = folder.file('good-tokenizer.bin');
      await writeFile(tokenizer, vocabularyFile);
      await expect(runModel(path, tokenizer, GREEDY)).rejects.toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining(message),
      });
    });

    it.each([
      ['empty', vocabularyFile.subarray(0, 3), 'it has no tokens'],
      ['cut short', vocabularyFile.subarray(0, -1), 'token 299 claims 4 bytes'],
      ['cut in a token', vocabularyFile.subarray(0, 15), 'token 0 claims'],
      ['cut before a token', vocabularyFile.subarray(0, 4 + 8 + 5 + 3), 'it ends inside token 1'],
      ['of a negative length', changed(vocabularyFile, 8, -1), 'token 0 claims -1 bytes'],
      ['of fewer tokens', vocabularyFile.subarray(0, -12), "it has 299 tokens, and the model's"],
      ['of more tokens', Buffer.concat([vocabularyFile, Buffer.alloc(8)]), 'it has more tokens'],
    ])('is refused with a tokenizer that is %s', async (_, bytes, message) => {
      const path = folder.file('good.bin');
      const tokenizer = folder.file('damaged-tokenizer.bin');
      await writeFile(path, good);
      await writeFile(tokenizer, bytes);
      await expect(runModel(path, tokenizer, GREEDY)).rejects.toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining(message),
      });
    });
  });
});
