/** What a checkpoint of llama2.c looks like (export.py, run.c, runq.c), told once more for the tests. */

export interface Llama2Shape {
  readonly dim: number;
  readonly hiddenDim: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly kvHeadCount: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly sharedClassifier: boolean;
}

/** The shape of stories15M.bin, whose legacy checkpoint has 60,816,028 bytes. */
export const STORIES_15M: Llama2Shape = {
  dim: 288,
  hiddenDim: 768,
  layerCount: 6,
  headCount: 6,
  kvHeadCount: 6,
  vocabularySize: 32_000,
  contextLength: 256,
  sharedClassifier: true,
};

export type CheckpointFormat =
  { readonly version: 0 | 1 } | { readonly version: 2; readonly groupSize: number };

export type NormName = 'attentionNorm' | 'ffnNorm' | 'finalNorm';
type MatrixName =
  'embedding' | 'wq' | 'wk' | 'wv' | 'wo' | 'w1' | 'w2' | 'w3' | 'ropeTables' | 'classifier';

export interface Tensor {
  readonly name: NormName | MatrixName;
  /** How many of them follow each other: one a layer, or just one. */
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

/** Of versions 1 and 2; the legacy header is {@link LEGACY_HEADER_BYTES} long. */
export const VERSIONED_HEADER_BYTES = 256;
export const LEGACY_HEADER_BYTES = 28;
export const MAGIC = 0x616b3432;

/** The tensors in the order of the file. */
export function tensorsOf(shape: Llama2Shape, version: number): Tensor[] {
  const { dim, hiddenDim, layerCount, vocabularySize, contextLength } = shape;
  const kvDim = (dim / shape.headCount) * shape.kvHeadCount;
  const norms = (name: NormName, rows: number) => ({ name, count: 1, rows, columns: dim });
  const matrices = (name: MatrixName, rows: number, columns: number) => ({
    name,
    count: layerCount,
    rows,
    columns,
  });
  const embedding = { name: 'embedding', count: 1, rows: vocabularySize, columns: dim } as const;
  const attention = [
    matrices('wq', dim, dim),
    matrices('wk', kvDim, dim),
    matrices('wv', kvDim, dim),
    matrices('wo', dim, dim),
  ];
  const feedForward = [
    matrices('w1', hiddenDim, dim),
    matrices('w2', dim, hiddenDim),
    matrices('w3', hiddenDim, dim),
  ];
  const attentionNorm = norms('attentionNorm', layerCount);
  const ffnNorm = norms('ffnNorm', layerCount);
  const finalNorm = norms('finalNorm', 1);
  const rope = { ...matrices('ropeTables', contextLength, dim / shape.headCount), count: 1 };
  const classifier = shape.sharedClassifier ? [] : [{ ...embedding, name: 'classifier' as const }];
  return version === 0
    ? [
        ...[embedding, attentionNorm, ...attention, ffnNorm, ...feedForward],
        ...[finalNorm, rope, ...classifier],
      ]
    : [attentionNorm, ffnNorm, finalNorm, embedding, ...attention, ...feedForward, ...classifier];
}

/** Norms are float32 in every version. */
export const isNorm = (name: string): boolean => name.endsWith('Norm');

/** The shape and format that a checkpoint's header tells. */
export function checkpointShape(bytes: Uint8Array): [Llama2Shape, CheckpointFormat] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const legacy = view.getUint32(0, true) !== MAGIC;
  const number = (i: number): number => view.getInt32((legacy ? 0 : 8) + 4 * i, true);
  const shape = {
    dim: number(0),
    hiddenDim: number(1),
    layerCount: number(2),
    headCount: number(3),
    kvHeadCount: number(4),
    vocabularySize: Math.abs(number(5)),
    contextLength: number(6),
    sharedClassifier: legacy ? number(5) > 0 : view.getUint8(36) !== 0,
  };
  if (legacy) return [shape, { version: 0 }];
  return view.getUint32(4, true) === 1
    ? [shape, { version: 1 }]
    : [shape, { version: 2, groupSize: view.getInt32(37, true) }];
}
