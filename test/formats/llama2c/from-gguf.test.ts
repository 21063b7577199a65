import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkGguf } from '../../../src/formats/gguf/check.js';
import { GgufArray } from '../../../src/formats/gguf/reader.js';
import type { GgufHeader, GgufTensor, GgufValue } from '../../../src/formats/gguf/reader.js';
import type { WeightType } from '../../../src/formats/gguf/weights.js';
import { readCheckpoint } from '../../../src/formats/llama2c/checkpoint.js';
import { planLlama2cPair } from '../../../src/formats/llama2c/from-gguf.js';
import type { Llama2cPair } from '../../../src/formats/llama2c/from-gguf.js';
import { planLlama2cGguf } from '../../../src/formats/llama2c/to-gguf.js';
import { readTokenizer } from '../../../src/formats/llama2c/tokenizer.js';
import { bytesData } from '../../../src/image/file-data.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import type { Llama2Shape } from '../../support/llama2-format.js';
import { randomCheckpoint } from '../../support/random-checkpoint.js';
import { STORIES_260K, WITH_WEIGHTS } from '../../support/weights.js';
import { tokenizerFile } from './samples.js';

const SHAPE: Llama2Shape = {
  dim: 32,
  hiddenDim: 64,
  layerCount: 2,
  headCount: 4,
  kvHeadCount: 2,
  vocabularySize: 264,
  contextLength: 6,
  sharedClassifier: true,
};
const ROPE_BYTES = 4 * SHAPE.contextLength * (SHAPE.dim / SHAPE.headCount);

const TOKENIZER = tokenizerFile([
  ...['<unk>', '\n<s>\n', '\n</s>\n'],
  ...Array.from({ length: 256 }, (_, byte) => {
    return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
  }),
  ...[' ', ' a  b ', '', 'größer', Buffer.from([0xe2, 0x20, 0xe2, 0x96])],
]);

async function toGguf(
  checkpoint: Uint8Array,
  tokenizer: Uint8Array = TOKENIZER,
  type: WeightType = 'F32',
): Promise<Uint8Array> {
  const access = accessBytes(checkpoint);
  const read = await readCheckpoint(access);
  const image = planLlama2cGguf({
    checkpoint: read,
    checkpointSource: bytesData(checkpoint),
    checkpointAccess: access,
    tokenizer: await readTokenizer(accessBytes(tokenizer), read.config.vocabularySize),
    name: 'tiny',
    type,
  });
  return imageBytes(image);
}

async function fromGguf(gguf: Uint8Array): Promise<Llama2cPair> {
  const source = accessBytes(gguf);
  return planLlama2cPair(await checkGguf(source, 'tiny.gguf'), source, 'tiny.gguf');
}

/** The bytes with zeros in a range. */
function blanked(bytes: Uint8Array, start: number, length: number): Buffer {
  return Buffer.from(bytes).fill(0, start, start + length);
}

describe('planLlama2cPair', () => {
  it.each([true, false])(
    'restores the weights of a float32 GGUF, shared classifier: %s',
    async (sharedClassifier) => {
      const checkpoint = randomCheckpoint({ ...SHAPE, sharedClassifier }, { version: 0 }, 1);
      const pair = await fromGguf(await toGguf(checkpoint));
      const classifierBytes = sharedClassifier ? 0 : 4 * SHAPE.vocabularySize * SHAPE.dim;
      const rope = checkpoint.length - classifierBytes - ROPE_BYTES;
      const expected = blanked(checkpoint, rope, ROPE_BYTES);
      expect(expected.equals(await imageBytes(pair.checkpoint))).toBe(true);
    },
  );

  it('restores the tokenizer, with a recomputed maximum token length', async () => {
    const gguf = await toGguf(randomCheckpoint(SHAPE, { version: 0 }, 2));
    const expected = Buffer.from(TOKENIZER);
    expected.writeInt32LE(Buffer.byteLength('größer'), 0);
    expect(expected.equals(await imageBytes((await fromGguf(gguf)).tokenizer))).toBe(true);
  });

  it.each(['F16', 'Q8_0'] as const)(
    'returns weights that encode to the same %s again',
    async (type) => {
      const gguf = await toGguf(randomCheckpoint(SHAPE, { version: 0 }, 3), TOKENIZER, type);
      const pair = await fromGguf(gguf);
      const again = await toGguf(
        await imageBytes(pair.checkpoint),
        await imageBytes(pair.tokenizer),
        type,
      );
      expect(Buffer.from(again).equals(gguf)).toBe(true);
    },
  );

  describe('with the limits of llama2.c', () => {
    const header = async (): Promise<GgufHeader> => {
      const gguf = await toGguf(randomCheckpoint(SHAPE, { version: 0 }, 4));
      return checkGguf(accessBytes(gguf), 'tiny.gguf');
    };
    const source = { sizeBytes: 2 ** 40, read: () => Promise.reject(new Error('read')) };
    const plan = (changed: GgufHeader) => () => planLlama2cPair(changed, source, 'tiny.gguf');
    const refusal = zosiaError('ZOSIA_MODEL_NOT_LLAMA2C');

    const list = (...numbers: number[]): GgufArray => {
      const bytes = Buffer.from(Int32Array.from(numbers).buffer);
      return new GgufArray('int32', numbers.length, bytes);
    };
    it.each<[string, GgufValue | undefined, string]>([
      ['general.architecture', 'qwen2', '"qwen2"'],
      ['general.architecture', undefined, 'not stated'],
      ['llama.block_count', undefined, 'block_count'],
      ['llama.block_count', 2 ** 31 - 1, 'blocks'],
      ['llama.block_count', 1, 'no place for the tensor blk.1'],
      ['llama.block_count', 3, 'no tensor blk.2'],
      ['llama.context_length', 0, 'is 0'],
      ['llama.context_length', 2 ** 20 + 1, 'context_length is 1048577 tokens'],
      ['llama.context_length', 2 ** 31 - 1, 'context_length is 2147483647 tokens'],
      ['llama.attention.head_count', list(4, 4), 'head_count is not one number'],
      ['llama.attention.head_count', 5, '5 heads'],
      ['llama.attention.head_count_kv', 1, 'instead of'],
      ['llama.attention.key_length', 16, 'key_length is 16'],
      ['llama.attention.layer_norm_rms_epsilon', Math.fround(1e-6), 'epsilon'],
      ['llama.attention.layer_norm_rms_epsilon', undefined, 'epsilon is not stated'],
      ['llama.rope.dimension_count', 4, 'dimension_count is 4'],
      ['llama.rope.freq_base', 500_000, 'freq_base is 500000'],
      ['llama.rope.scaling.type', 'linear', 'scaling.type is "linear"'],
      ['llama.rope.scaling.factor', 4, 'scaling.factor is 4'],
      ['llama.feed_forward_length', 65, 'instead of'],
      ['llama.expert_count', 8, 'expert_count is 8'],
      ['llama.embedding_length', 64, 'llama2.c has 16'],
      ['tokenizer.ggml.model', 'gpt2', 'sentencepiece'],
      ['tokenizer.ggml.bos_token_id', 5, 'bos_token_id is not 1'],
      ['tokenizer.ggml.add_space_prefix', false, 'add_space_prefix is not true'],
      ['tokenizer.ggml.tokens', undefined, 'no vocabulary'],
      ['tokenizer.ggml.scores', undefined, 'no scores'],
      ['tokenizer.ggml.token_type', list(2, 3, 3), 'no token_type'],
      ['llama.vocab_size', 265, '265 embeddings for 264 tokens'],
    ])('rejects %s = %s', async (key, value, message) => {
      const given = await header();
      const metadata = new Map(given.metadata);
      if (value === undefined) metadata.delete(key);
      else metadata.set(key, value);
      expect(plan({ ...given, metadata })).toThrow(refusal);
      expect(plan({ ...given, metadata })).toThrow(message);
    });

    it('accepts a context of 2^20 tokens', async () => {
      const given = await header();
      const metadata = new Map(given.metadata).set('llama.context_length', 2 ** 20);
      const tableBytes = 2 ** 20 * (SHAPE.dim / SHAPE.headCount) * 4;
      expect(plan({ ...given, metadata })().checkpoint.sizeBytes).toBeGreaterThan(tableBytes);
    });

    it.each([
      [1, 1],
      [3, 1],
      [200, 3],
      [260, 4],
      [261, 6],
    ])('rejects token %i of the type %i', async (id, type) => {
      const given = await header();
      const types = [...(given.metadata.get('tokenizer.ggml.token_type') as GgufArray)] as number[];
      const changed = list(...types.with(id, type));
      const metadata = new Map(given.metadata).set('tokenizer.ggml.token_type', changed);
      expect(plan({ ...given, metadata })).toThrow(refusal);
      expect(plan({ ...given, metadata })).toThrow(`its token ${id}, `);
    });

    it('rejects a tensor that llama2.c does not have, such as a bias', async () => {
      const given = await header();
      const bias = { ...given.tensors.at(-1)!, name: 'blk.0.attn_q.bias' };
      const tensors = [...given.tensors, bias];
      expect(plan({ ...given, tensors })).toThrow(refusal);
      expect(plan({ ...given, tensors })).toThrow('blk.0.attn_q.bias');
    });

    it.each<[string, Partial<GgufTensor>]>([
      ['Q4_K', { type: { id: 12, name: 'Q4_K', blockSize: 256, blockBytes: 144 } }],
      ['32 x 33', { dimensions: [32, 33] }],
    ])('rejects a matrix of %s', async (shown, change) => {
      const given = await header();
      const tensors = given.tensors.map((tensor) =>
        tensor.name === 'blk.1.attn_q.weight' ? { ...tensor, ...change } : tensor,
      );
      expect(plan({ ...given, tensors })).toThrow(refusal);
      expect(plan({ ...given, tensors })).toThrow(shown);
    });
  });
});

describe('planLlama2cPair on stories260K as a GGUF', WITH_WEIGHTS, () => {
  it('restores the published files, with the published shape', async () => {
    const checkpoint = await readFile(STORIES_260K.checkpoint);
    const tokenizer = await readFile(STORIES_260K.tokenizer);
    expect((await readCheckpoint(accessBytes(checkpoint))).config).toEqual({
      dim: 64,
      hiddenDim: 172,
      layerCount: 5,
      headCount: 8,
      kvHeadCount: 4,
      vocabularySize: 512,
      contextLength: 512,
      sharedClassifier: true,
    });
    const pair = await fromGguf(await toGguf(checkpoint, tokenizer));
    expect(tokenizer.equals(await imageBytes(pair.tokenizer))).toBe(true);
    const ropeBytes = 4 * 512 * 8; // contextLength positions, of headDim numbers
    const expected = blanked(checkpoint, checkpoint.length - ropeBytes, ropeBytes);
    expect(expected.equals(await imageBytes(pair.checkpoint))).toBe(true);
  });
});
