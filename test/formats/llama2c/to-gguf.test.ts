import { describe, expect, it } from 'vitest';
import { checkGguf } from '../../../src/formats/gguf/check.js';
import { describeModel } from '../../../src/formats/gguf/model-info.js';
import { GgufArray } from '../../../src/formats/gguf/reader.js';
import { encodeWeights } from '../../../src/formats/gguf/weights.js';
import { checkpointTensor, readCheckpoint } from '../../../src/formats/llama2c/checkpoint.js';
import { planLlama2cGguf } from '../../../src/formats/llama2c/to-gguf.js';
import { readTokenizer } from '../../../src/formats/llama2c/tokenizer.js';
import { digestImage } from '../../../src/host/digest.js';
import { bytesData } from '../../../src/image/file-data.js';
import { bytesSegment, makeImage } from '../../../src/image/image.js';
import type { Image } from '../../../src/image/image.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { accessFile } from '../../../src/host/access-file.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { randomCheckpoint } from '../../support/random-checkpoint.js';
import { syntheticVocabulary } from '../../support/synthetic-vocabulary.js';
import { STORIES_260K, WITH_WEIGHTS } from '../../support/weights.js';
import { TINY, legacyCheckpoint, tokenizerFile, versionedCheckpoint } from './samples.js';

const PIECES = ['<unk>', '\n<s>\n', '\n</s>\n', '<0x0A>', ' a b', Buffer.from([0xe2, 0x20])];

async function convert(
  checkpoint: Buffer,
  pieces: readonly (string | Buffer)[] = PIECES,
): Promise<Image> {
  return planLlama2cGguf({
    checkpoint: await readCheckpoint(accessBytes(checkpoint)),
    checkpointSource: makeImage(checkpoint.length, [bytesSegment(0, checkpoint)]),
    tokenizer: await readTokenizer(accessBytes(tokenizerFile(pieces)), 6),
    name: 'tiny',
  });
}

/** For each tensor: its dimensions, and its first float, which says where in the checkpoint it was. */
async function tensorsOf(image: Image): Promise<Map<string, readonly number[]>> {
  const bytes = Buffer.from(await imageBytes(image));
  const { tensors, dataOffset } = await checkGguf(accessBytes(bytes), 'tiny.gguf');
  return new Map(
    tensors.map(({ name, dimensions, offset }) => [
      name,
      [...dimensions, bytes.readFloatLE(dataOffset + offset)],
    ]),
  );
}

describe('planLlama2cGguf', () => {
  it('does not convert int8', async () => {
    const shape = { ...TINY, sharedClassifier: true };
    const int8 = Buffer.from(randomCheckpoint(shape, { version: 2, groupSize: 4 }, 1));
    await expect(convert(int8)).rejects.toThrow(zosiaError('ZOSIA_CHECKPOINT_UNSUPPORTED'));
  });

  it('writes every layer of every tensor from its place in the checkpoint', async () => {
    const kv = 4 * 8;
    const norm = 48;
    const wq = norm + 16;
    const wk = wq + 2 * 64;
    const wv = wk + 2 * kv;
    const wo = wv + 2 * kv;
    const ffnNorm = wo + 2 * 64;
    const w1 = ffnNorm + 16;
    const w2 = w1 + 2 * 96;
    const w3 = w2 + 2 * 96;
    const finalNorm = w3 + 2 * 96;
    const tensors = await tensorsOf(await convert(legacyCheckpoint()));
    expect([...tensors]).toEqual([
      ['token_embd.weight', [8, 6, 0]],
      ...[0, 1].flatMap((layer) => [
        [`blk.${layer}.attn_norm.weight`, [8, norm + layer * 8]],
        [`blk.${layer}.attn_q.weight`, [8, 8, wq + layer * 64]],
        [`blk.${layer}.attn_k.weight`, [8, 4, wk + layer * kv]],
        [`blk.${layer}.attn_v.weight`, [8, 4, wv + layer * kv]],
        [`blk.${layer}.attn_output.weight`, [8, 8, wo + layer * 64]],
        [`blk.${layer}.ffn_norm.weight`, [8, ffnNorm + layer * 8]],
        [`blk.${layer}.ffn_gate.weight`, [8, 12, w1 + layer * 96]],
        [`blk.${layer}.ffn_down.weight`, [12, 8, w2 + layer * 96]],
        [`blk.${layer}.ffn_up.weight`, [8, 12, w3 + layer * 96]],
      ]),
      ['output_norm.weight', [8, finalNorm]],
    ]);
  });

  it('writes an output tensor when the checkpoint has its own classifier', async () => {
    const bytes = legacyCheckpoint({ ...TINY, vocabularySize: -6 });
    const tensors = await tensorsOf(await convert(bytes));
    const floats = (bytes.length - 28) / 4;
    expect(tensors.get('output.weight')).toEqual([8, 6, floats - 48]);
  });

  it('writes the same tensors for a version 1 checkpoint', async () => {
    const legacy = await tensorsOf(
      await convert(legacyCheckpoint({ ...TINY, vocabularySize: -6 })),
    );
    const current = await tensorsOf(await convert(versionedCheckpoint(1, false)));
    const shape = (tensors: ReadonlyMap<string, readonly number[]>): unknown =>
      [...tensors].map(([name, numbers]) => [name, numbers.slice(0, -1)]);
    expect(shape(current)).toEqual(shape(legacy));
    expect(current.get('blk.0.attn_norm.weight')).toEqual([8, 0]);
    expect(current.get('output_norm.weight')).toEqual([8, 32]);
  });

  it('writes the vocabulary in the form that llama.cpp expects', async () => {
    const bytes = await imageBytes(await convert(legacyCheckpoint(), [...PIECES.slice(0, 5), '']));
    const { metadata } = await checkGguf(accessBytes(bytes), 'tiny.gguf');
    const list = (key: string): unknown[] => [
      ...(metadata.get(`tokenizer.ggml.${key}`) as GgufArray),
    ];
    expect(list('tokens')).toEqual(['<unk>', '<s>', '</s>', '<0x0A>', '▁a▁b', '[EMPTY_5]']);
    expect(list('token_type')).toEqual([2, 3, 3, 6, 1, 5]);
    expect(list('scores')).toEqual([-0, -1, -2, -3, -4, -5]);
  });

  it('keeps incomplete UTF-8 characters in pieces', async () => {
    const bytes = await imageBytes(await convert(legacyCheckpoint()));
    const { metadata } = await checkGguf(accessBytes(bytes), 'tiny.gguf');
    const tokens = metadata.get('tokenizer.ggml.tokens') as GgufArray;
    expect(tokens.stringBytes(5)).toEqual(Buffer.from([0xe2, 0xe2, 0x96, 0x81]));
  });

  it('writes metadata that describes the model', async () => {
    const bytes = await imageBytes(await convert(legacyCheckpoint()));
    expect(describeModel(await checkGguf(accessBytes(bytes), 'tiny.gguf'))).toMatchObject({
      architecture: 'llama',
      name: 'tiny',
      contextLength: 5,
      embeddingLength: 8,
      blockCount: 2,
      headCount: 2,
      headCountKv: 1,
      keyLength: 4,
      vocabularySize: 6,
      quantisation: 'F32',
      hasChatTemplate: false,
    });
  });
});

describe('planLlama2cGguf', () => {
  /** As stories260K has it: rows of 172 weights are no whole number of blocks. */
  const SHAPE = {
    dim: 64,
    hiddenDim: 172,
    layerCount: 5,
    headCount: 8,
    kvHeadCount: 4,
    vocabularySize: 512,
    contextLength: 512,
    sharedClassifier: true,
  };

  it.each([
    ['F16', 1],
    ['Q8_0', 7],
  ] as const)('stores matrices as %s, and norms as F32', async (type, fileType) => {
    const file = randomCheckpoint(SHAPE, { version: 0 }, 260);
    const access = accessBytes(file);
    const checkpoint = await readCheckpoint(access);
    const image = planLlama2cGguf({
      checkpoint,
      checkpointSource: bytesData(file),
      checkpointAccess: access,
      tokenizer: await readTokenizer(accessBytes(syntheticVocabulary(512)), 512),
      name: 'random',
      type,
    });
    const bytes = Buffer.from(await imageBytes(image));
    const header = await checkGguf(accessBytes(bytes), 'model.gguf');
    expect(header.metadata.get('general.file_type')).toBe(fileType);
    const tensor = (name: string) => header.tensors.find((each) => each.name === name)!;
    expect(tensor('blk.4.attn_q.weight').type.name).toBe(type);
    expect(tensor('blk.4.attn_norm.weight').type.name).toBe('F32');
    expect(tensor('blk.4.ffn_down.weight').type.name).toBe('F16');
    const { offset, dimensions, sizeBytes } = tensor('blk.4.attn_q.weight');
    const start = checkpointTensor(checkpoint, 'wq').offset + 4 * 64 * 64 * 4;
    const floats = await access.read(start, dimensions[0]! * dimensions[1]! * 4);
    const expected = encodeWeights(type, new Float32Array(floats.slice().buffer));
    const at = header.dataOffset + offset;
    expect(bytes.subarray(at, at + sizeBytes).equals(expected)).toBe(true);
  });

  it(
    'copies no weights of stories260K, and plans the same bytes on every host',
    WITH_WEIGHTS,
    async () => {
      const path = STORIES_260K.checkpoint;
      const checkpointFile = await accessFile(path);
      const tokenizerFile = await accessFile(STORIES_260K.tokenizer);
      try {
        const image = planLlama2cGguf({
          checkpoint: await readCheckpoint(checkpointFile),
          checkpointSource: { path },
          tokenizer: await readTokenizer(tokenizerFile, 512),
          name: 'stories260K',
        });
        expect(image.segments.filter(({ source }) => source.kind === 'bytes')).toHaveLength(1);
        expect(await digestImage(image)).toBe(
          '3010a8250b121f7d037db95a2564dfedbc5720997c98a6b430c2b7ee431e981c',
        );
      } finally {
        await checkpointFile.close();
        await tokenizerFile.close();
      }
    },
  );
});
