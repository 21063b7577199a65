import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { checkpointTensor, readCheckpoint } from '../../../src/formats/llama2c/checkpoint.js';
import type { Checkpoint } from '../../../src/formats/llama2c/checkpoint.js';
import { CONFIG_FIELDS, HEADER } from '../../../src/formats/llama2c/layout.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { zosiaError } from '../../support/errors.js';
import { randomCheckpoint } from '../../support/random-checkpoint.js';
import { TINY, legacyCheckpoint, versionedCheckpoint } from './samples.js';

const int8Checkpoint = (sharedClassifier: boolean): Uint8Array =>
  randomCheckpoint({ ...TINY, sharedClassifier }, { version: 2, groupSize: 4 }, 1);

const read = (bytes: Uint8Array): Promise<Checkpoint> => readCheckpoint(accessBytes(bytes));

describe('readCheckpoint', () => {
  it('finds the tensors of a legacy checkpoint', async () => {
    const { version, config, tensors } = await read(legacyCheckpoint());
    expect(version).toBe(0);
    expect(config).toEqual({ ...TINY, sharedClassifier: true });
    expect(tensors.map(({ name, dimensions }) => [name, ...dimensions])).toEqual([
      ['tokenEmbedding', 6, 8],
      ['attentionNorm', 2, 8],
      ['wq', 2, 8, 8],
      ['wk', 2, 4, 8],
      ['wv', 2, 4, 8],
      ['wo', 2, 8, 8],
      ['ffnNorm', 2, 8],
      ['w1', 2, 12, 8],
      ['w2', 2, 8, 12],
      ['w3', 2, 12, 8],
      ['finalNorm', 8],
      ['ropeCosines', 5, 2],
      ['ropeSines', 5, 2],
    ]);
    let end = 28;
    for (const { offset, sizeBytes } of tensors) {
      expect(offset).toBe(end);
      end += sizeBytes;
    }
    expect(end).toBe(legacyCheckpoint().length);
  });

  it('finds a separate classifier when the vocabulary size is negative', async () => {
    const bytes = legacyCheckpoint({ ...TINY, vocabularySize: -6 });
    const checkpoint = await read(bytes);
    expect(checkpoint.config).toEqual({ ...TINY, sharedClassifier: false });
    expect(checkpointTensor(checkpoint, 'classifier').offset).toBe(bytes.length - 6 * 8 * 4);
  });

  it.each([true, false])('reads version 1, classifier shared: %s', async (shared) => {
    const bytes = versionedCheckpoint(1, shared);
    const { version, config, tensors } = await read(bytes);
    expect(version).toBe(1);
    expect(config).toEqual({ ...TINY, sharedClassifier: shared });
    expect(tensors[0]).toMatchObject({ name: 'attentionNorm', offset: 256 });
    expect(tensors.at(-1)!.name).toBe(shared ? 'w3' : 'classifier');
  });

  it.each([true, false])('reads version 2, classifier shared: %s', async (shared) => {
    const bytes = int8Checkpoint(shared);
    const checkpoint = await read(bytes);
    expect(checkpoint).toMatchObject({ version: 2, headerBytes: 256 });
    expect(checkpoint.config).toEqual({ ...TINY, sharedClassifier: shared });
    const int8 = { kind: 'int8', groupSize: 4 };
    // Per layer: 8 × 8 values and 16 scales, or 12 × 8 and 24.
    expect(checkpointTensor(checkpoint, 'wq')).toMatchObject({ type: int8, sizeBytes: 2 * 128 });
    expect(checkpointTensor(checkpoint, 'w1')).toMatchObject({ type: int8, sizeBytes: 2 * 192 });
    expect(checkpointTensor(checkpoint, 'ffnNorm')).toMatchObject({ type: { kind: 'float32' } });
    let end = 256;
    for (const { offset, sizeBytes } of checkpoint.tensors) {
      expect(offset).toBe(end);
      end += sizeBytes;
    }
    expect(end).toBe(bytes.length);
    expect(checkpoint.tensors.map(({ name }) => name)).toEqual(
      (await read(versionedCheckpoint(1, shared))).tensors.map(({ name }) => name),
    );
  });

  it.each([0, -1, 3, 8, 65_536])('reports damage: groups of %i', async (groupSize) => {
    const bytes = Buffer.from(int8Checkpoint(true));
    bytes.writeInt32LE(groupSize, HEADER.groupSize.offset);
    const promise = read(bytes);
    await expect(promise).rejects.toThrow(zosiaError('ZOSIA_CHECKPOINT_CORRUPT'));
    await expect(promise).rejects.toThrow(`groups of ${groupSize} do not fill rows of 8 and 12`);
  });

  it('rejects an int8 checkpoint whose size does not match its shape', async () => {
    const bytes = Buffer.from(int8Checkpoint(true));
    await expect(read(bytes.subarray(0, -1))).rejects.toThrow(
      zosiaError('ZOSIA_CHECKPOINT_TRUNCATED'),
    );
    await expect(read(Buffer.concat([bytes, Buffer.alloc(1)]))).rejects.toThrow(
      zosiaError('ZOSIA_CHECKPOINT_CORRUPT'),
    );
  });

  it.each([3, 7])('does not support version %i', async (version) => {
    await expect(read(versionedCheckpoint(version, true))).rejects.toThrow(
      zosiaError('ZOSIA_CHECKPOINT_UNSUPPORTED'),
    );
  });

  it('reports the actual and the expected size of a truncated checkpoint', async () => {
    const whole = legacyCheckpoint();
    const promise = read(whole.subarray(0, -1));
    await expect(promise).rejects.toThrow(zosiaError('ZOSIA_CHECKPOINT_TRUNCATED'));
    await expect(promise).rejects.toThrow(`${whole.length - 1} bytes of ${whole.length}`);
    for (const length of [0, 3, 27, 28]) {
      await expect(read(whole.subarray(0, length))).rejects.toThrow(
        zosiaError('ZOSIA_CHECKPOINT_TRUNCATED'),
      );
    }
    await expect(read(versionedCheckpoint(1, true).subarray(0, 255))).rejects.toThrow(
      zosiaError('ZOSIA_CHECKPOINT_TRUNCATED'),
    );
  });

  it('rejects a file that is longer than its checkpoint', async () => {
    await expect(read(Buffer.concat([legacyCheckpoint(), Buffer.alloc(4)]))).rejects.toThrow(
      zosiaError('ZOSIA_CHECKPOINT_CORRUPT'),
    );
  });

  it.each<[string, Partial<Record<keyof typeof TINY, number>>]>([
    ['no dimensions', { dim: 0 }],
    ['a negative number of layers', { layerCount: -1 }],
    ['no vocabulary', { vocabularySize: 0 }],
    ['a vocabulary without an end of text', { vocabularySize: 2 }],
    ['a vocabulary size of -2^31', { vocabularySize: -(2 ** 31) }],
    ['heads that do not divide the embedding', { headCount: 3 }],
    ['heads of odd width', { headCount: 8 }],
    ['key heads that do not divide the heads', { headCount: 2, kvHeadCount: 3 }],
  ])('reports damage: %s', async (_, changes) => {
    const bytes = legacyCheckpoint();
    for (const [name, value] of Object.entries(changes)) {
      bytes.writeInt32LE(value, CONFIG_FIELDS[name as keyof typeof TINY].offset);
    }
    await expect(read(bytes)).rejects.toThrow(zosiaError('ZOSIA_CHECKPOINT_CORRUPT'));
  });

  it.each([
    ['hiddenDim', 'hidden_dim'],
    ['layerCount', 'n_layers'],
    ['headCount', 'n_heads'],
    ['kvHeadCount', 'n_kv_heads'],
    ['vocabularySize', 'vocab_size'],
    ['contextLength', 'seq_len'],
  ] as const)('names a field of the checkpoint as llama2.c does: %s', async (name, inLlama2c) => {
    const bytes = legacyCheckpoint();
    bytes.writeInt32LE(0, CONFIG_FIELDS[name].offset);
    await expect(read(bytes)).rejects.toThrow(`its ${inLlama2c} is 0`);
  });

  it('returns a checkpoint or throws a ZosiaError for any header', async () => {
    const extreme = fc.constantFrom(0, 1, 2, -1, 2 ** 31 - 1, -(2 ** 31), 65_536);
    const field = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), extreme);
    const versions = fc.constantFrom(0, 1, 2);
    await fc.assert(
      fc.asyncProperty(
        fc.array(field, { minLength: 8, maxLength: 8 }),
        versions,
        async (fields, version) => {
          const bytes = Buffer.alloc(64 * 1024);
          if (version > 0) bytes.set(versionedCheckpoint(version, true).subarray(0, 256));
          const [groupSize, ...config] = fields;
          const base = version === 0 ? 0 : HEADER.config.offset;
          config.forEach((value, index) => bytes.writeInt32LE(value, base + index * 4));
          if (version === 2) bytes.writeInt32LE(groupSize!, HEADER.groupSize.offset);
          const outcome = await read(bytes).catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ZosiaError);
        },
      ),
    );
  });
});
