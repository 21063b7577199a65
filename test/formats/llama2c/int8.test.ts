import { describe, expect, it } from 'vitest';
import { checkGguf } from '../../../src/formats/gguf/check.js';
import { checkpointTensor, readCheckpoint } from '../../../src/formats/llama2c/checkpoint.js';
import { planLlama2cPair } from '../../../src/formats/llama2c/from-gguf.js';
import { accessInt8, groupSizeFor, quantise } from '../../../src/formats/llama2c/int8.js';
import { planLlama2cGguf } from '../../../src/formats/llama2c/to-gguf.js';
import { readTokenizer } from '../../../src/formats/llama2c/tokenizer.js';
import { bytesData } from '../../../src/image/file-data.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { imageBytes } from '../../support/images.js';
import type { Llama2Shape } from '../../support/llama2-format.js';
import { randomCheckpoint } from '../../support/random-checkpoint.js';
import { tokenizerFile } from './samples.js';

const SHAPE: Llama2Shape = {
  ...{ dim: 32, hiddenDim: 80, layerCount: 2, headCount: 4, kvHeadCount: 2 },
  ...{ vocabularySize: 264, contextLength: 6, sharedClassifier: false },
};

const TOKENIZER = tokenizerFile([
  ...['<unk>', '\n<s>\n', '\n</s>\n'],
  ...Array.from({ length: 256 }, (_, byte) => {
    return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
  }),
  ...[' ', ' a  b ', '', 'größer', 'e'],
]);

/** A float32 checkpoint as a GGUF, and that as an int8 checkpoint. */
async function toInt8(checkpoint: Uint8Array): Promise<Uint8Array> {
  const access = accessBytes(checkpoint);
  const gguf = await imageBytes(
    planLlama2cGguf({
      checkpoint: await readCheckpoint(access),
      checkpointSource: bytesData(checkpoint),
      checkpointAccess: access,
      tokenizer: await readTokenizer(accessBytes(TOKENIZER), SHAPE.vocabularySize),
      name: 'tiny',
    }),
  );
  const source = accessBytes(gguf);
  const header = await checkGguf(source, 'tiny.gguf');
  return imageBytes(planLlama2cPair(header, source, 'tiny.gguf', 'int8').checkpoint);
}

const floats = (bytes: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);

describe('groupSizeFor', () => {
  it.each([
    [288, 768, 32],
    [512, 1376, 32],
    [64, 172, 4],
    [4096, 11_008, 64],
  ])('halves 64 until rows of %i and %i consist of whole groups: %i', (dim, hiddenDim, size) => {
    expect(groupSizeFor({ ...SHAPE, dim, hiddenDim })).toBe(size);
  });
});

describe('quantise', () => {
  it('makes 127 of the largest weight of a group, rounds halves to even, and keeps zeros', () => {
    const { values, scales } = quantise(Float32Array.of(127, -0.5, 1.5, 2.5, 0, 0, 0, 0), 4);
    expect([...values]).toEqual([127, 0, 2, 2, 0, 0, 0, 0]);
    expect([...scales]).toEqual([1, 0]);
  });
});

describe('accessInt8', () => {
  it('gives the same bytes however they are read', async () => {
    const weights = Float32Array.from({ length: 96 }, (_, i) => Math.sin(i * 7));
    const access = accessInt8(accessBytes(new Uint8Array(weights.buffer)), 16);
    const whole = await access.read(0, access.sizeBytes);
    expect(whole.length).toBe(96 + 6 * 4);
    for (let offset = 0; offset < whole.length; offset += 5) {
      for (const length of [1, 3, 16, 40]) {
        const end = Math.min(offset + length, whole.length);
        const piece = await access.read(offset, end - offset);
        expect(Buffer.compare(piece, whole.subarray(offset, end)), `${offset}+${length}`).toBe(0);
      }
    }
  });
});

describe('planLlama2cPair in int8', () => {
  it('keeps every weight to half a step of its group, and the norms as they are', async () => {
    const original = randomCheckpoint(SHAPE, { version: 0 }, 3);
    const bytes = await toInt8(original);
    const [before, after] = [
      await readCheckpoint(accessBytes(original)),
      await readCheckpoint(accessBytes(bytes)),
    ];
    expect(after).toMatchObject({ version: 2, config: before.config });
    for (const { name, type, offset, sizeBytes, dimensions } of after.tensors) {
      const from = checkpointTensor(before, name);
      const wanted = floats(original.subarray(from.offset, from.offset + from.sizeBytes));
      const stored = bytes.subarray(offset, offset + sizeBytes);
      if (type.kind === 'float32') {
        expect([...floats(stored)]).toEqual([...wanted]);
        continue;
      }
      expect(type.groupSize).toBe(16);
      const layers = dimensions.length === 3 ? dimensions[0]! : 1;
      const perLayer = wanted.length / layers;
      for (let layer = 0; layer < layers; layer++) {
        const start = layer * (sizeBytes / layers);
        const values = new Int8Array(stored.subarray(start, start + perLayer));
        const scales = floats(stored.subarray(start + perLayer, start + sizeBytes / layers));
        for (const [i, value] of values.entries()) {
          const scale = scales[Math.floor(i / type.groupSize)]!;
          const error = Math.abs(value * scale - wanted[layer * perLayer + i]!);
          expect(error).toBeLessThanOrEqual(scale * 0.5001);
        }
      }
    }
  });
});
