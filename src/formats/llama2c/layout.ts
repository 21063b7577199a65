/**
 * The checkpoints of llama2.c: tensors one after another, behind a header. Source: llama2.c, export.py
 * (legacy_export, version1_export, version2_export), run.c and runq.c. Everything is little-endian.
 */

export interface ConfigField {
  /** From the start of the config. */
  readonly offset: number;
  readonly meaning: string;
}

interface NamedField extends ConfigField {
  /** In llama2.c's Config, and in what users are told. */
  readonly name: string;
}

/** The config: signed 32-bit numbers. A legacy checkpoint starts with it. */
export const CONFIG_FIELDS = {
  dim: { offset: 0, name: 'dim', meaning: 'width of the embedding' },
  hiddenDim: { offset: 4, name: 'hidden_dim', meaning: 'width of the feed-forward layers' },
  layerCount: { offset: 8, name: 'n_layers', meaning: 'transformer blocks' },
  headCount: { offset: 12, name: 'n_heads', meaning: 'query heads of a block' },
  kvHeadCount: { offset: 16, name: 'n_kv_heads', meaning: 'key and value heads of a block' },
  vocabularySize: {
    offset: 20,
    name: 'vocab_size',
    meaning: 'tokens; negative in a legacy checkpoint that has a classifier of its own',
  },
  contextLength: {
    offset: 24,
    name: 'seq_len',
    meaning: 'tokens the model was trained to look back on',
  },
} as const satisfies Record<string, NamedField>;

export type ConfigFieldName = keyof typeof CONFIG_FIELDS;

/** Length of the config, and so the header of a legacy checkpoint. */
export const LEGACY_CONFIG_BYTES = 28;

/** The header of versions 1 and 2, padded with zeros to {@link HEADER_BYTES}. */
export const HEADER = {
  magic: { offset: 0, meaning: '0x616b3432, "ak42" read as a number' },
  version: { offset: 4, meaning: '1: float32; 2: int8 in groups' },
  config: { offset: 8, meaning: 'the config, its vocabulary size always positive' },
  sharedClassifier: { offset: 36, meaning: 'one byte: whether the embedding is the classifier' },
  groupSize: { offset: 37, meaning: 'of version 2: how many int8 values share a scale' },
} as const satisfies Record<string, ConfigField>;

/** The magic as it stands in the file. */
export const CHECKPOINT_MAGIC: readonly number[] = [0x32, 0x34, 0x6b, 0x61];

/** Length of the header of versions 1 and 2. */
export const HEADER_BYTES = 256;

/** The tensors of a checkpoint, by their names in llama2.c's TransformerWeights. */
export type TensorName =
  | 'tokenEmbedding'
  | 'attentionNorm'
  | 'wq'
  | 'wk'
  | 'wv'
  | 'wo'
  | 'ffnNorm'
  | 'w1'
  | 'w2'
  | 'w3'
  | 'finalNorm'
  | 'ropeCosines'
  | 'ropeSines'
  | 'classifier';

/** The tables of the rotary embedding: run.c computes them, and skips them where a file has them. */
export const ROPE_TABLES: readonly TensorName[] = ['ropeCosines', 'ropeSines'];

/** A legacy checkpoint's tensors in order. The rope tables are there, but nothing reads them any more. */
export const LEGACY_ORDER: readonly TensorName[] = [
  'tokenEmbedding',
  'attentionNorm',
  'wq',
  'wk',
  'wv',
  'wo',
  'ffnNorm',
  'w1',
  'w2',
  'w3',
  'finalNorm',
  ...ROPE_TABLES,
  'classifier',
];

/** The tensors of versions 1 and 2 in order. */
export const VERSIONED_ORDER: readonly TensorName[] = [
  'attentionNorm',
  'ffnNorm',
  'finalNorm',
  'tokenEmbedding',
  'wq',
  'wk',
  'wv',
  'wo',
  'w1',
  'w2',
  'w3',
  'classifier',
];

/** The tensors that are float32 in version 2, too; the others are int8 there. */
export const NORMS: readonly TensorName[] = ['attentionNorm', 'ffnNorm', 'finalNorm'];

/** The largest group whose products certainly add up in 32 bits; guest/efi reads no larger ones. */
export const MAX_GROUP_SIZE = 65_535;

/** The tokenizer file: the longest token's length, then (score, length, bytes) for each token. */
export const TOKENIZER_HEADER_BYTES = 4;
export const TOKENIZER_ENTRY = {
  score: { offset: 0, meaning: 'float32: the piece merged first has the highest' },
  lengthBytes: { offset: 4, meaning: 'int32; the token follows' },
} as const satisfies Record<string, ConfigField>;
export const TOKENIZER_ENTRY_BYTES = 8;
