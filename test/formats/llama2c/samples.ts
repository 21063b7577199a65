import {
  CONFIG_FIELDS,
  CHECKPOINT_MAGIC,
  HEADER_BYTES,
} from '../../../src/formats/llama2c/layout.js';

/** A tiny model: its config in the order of the file. */
export const TINY = {
  dim: 8,
  hiddenDim: 12,
  layerCount: 2,
  headCount: 2,
  kvHeadCount: 1,
  vocabularySize: 6,
  contextLength: 5,
} as const;

type Shape = Readonly<Record<keyof typeof TINY, number>>;

/** Floats in the layers and norms; embedding, rope tables and classifier come on top. */
function bodyFloats({ dim, hiddenDim, layerCount, headCount, kvHeadCount }: Shape): number {
  const kvDim = (dim / headCount) * kvHeadCount;
  return layerCount * (2 * dim + 2 * dim * dim + 2 * kvDim * dim + 3 * dim * hiddenDim) + dim;
}

/** Numbers 0, 1, 2, ... so that each float tells where in the file it was. */
function counting(count: number): Buffer {
  return Buffer.from(Float32Array.from({ length: count }, (_, index) => index).buffer);
}

function config(shape: Shape): Buffer {
  const bytes = Buffer.alloc(28);
  for (const [name, { offset }] of Object.entries(CONFIG_FIELDS)) {
    bytes.writeInt32LE(shape[name as keyof Shape], offset);
  }
  return bytes;
}

/** A legacy checkpoint; a shape with a negative vocabulary size has a classifier of its own. */
export function legacyCheckpoint(shape: Shape = TINY): Buffer {
  const { dim, headCount, contextLength, vocabularySize } = shape;
  const embeddings = Math.abs(vocabularySize) * dim * (vocabularySize < 0 ? 2 : 1);
  const rope = contextLength * (dim / headCount);
  return Buffer.concat([config(shape), counting(embeddings + bodyFloats(shape) + rope)]);
}

/** A checkpoint with the header of versions 1 and later. */
export function versionedCheckpoint(version: number, sharedClassifier: boolean): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.set(CHECKPOINT_MAGIC);
  header.writeInt32LE(version, 4);
  header.set(config(TINY), 8);
  header.writeUInt8(sharedClassifier ? 1 : 0, 36);
  const embeddings = TINY.vocabularySize * TINY.dim * (sharedClassifier ? 1 : 2);
  return Buffer.concat([header, counting(embeddings + bodyFloats(TINY))]);
}

/** A tokenizer file of these pieces; scores fall from 0. */
export function tokenizerFile(pieces: readonly (string | Buffer)[], maxTokenLength = 16): Buffer {
  const header = Buffer.alloc(4);
  header.writeInt32LE(maxTokenLength);
  const entries = pieces.map((piece, id) => {
    const bytes = Buffer.from(piece as string);
    const entry = Buffer.alloc(8);
    entry.writeFloatLE(-id, 0);
    entry.writeInt32LE(bytes.length, 4);
    return Buffer.concat([entry, bytes]);
  });
  return Buffer.concat([header, ...entries]);
}
