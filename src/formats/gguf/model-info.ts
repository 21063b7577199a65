import { FILE_TYPES } from './file-types.js';
import { GgufArray } from './reader.js';
import { tokenBytes } from './token-bytes.js';
import type { GgufHeader, GgufTensor } from './reader.js';

/**
 * What a model says of itself (GGUF specification, "Standardized key-value pairs"). A fact the model
 * does not state, and that does not follow from others, is undefined.
 */
export interface ModelInfo {
  readonly architecture: string | undefined;
  readonly name: string | undefined;
  /** Tokens the model was trained to look back on. */
  readonly contextLength: number | undefined;
  readonly embeddingLength: number | undefined;
  readonly blockCount: number | undefined;
  readonly headCount: number | undefined;
  /** Key and value heads of every block, or of each. */
  readonly headCountKv: number | readonly number[] | undefined;
  /** Elements of a key, and of a value, of one head. */
  readonly keyLength: number | undefined;
  readonly valueLength: number | undefined;
  readonly vocabularySize: number | undefined;
  /** The kind of its tokenizer (`tokenizer.ggml.model`): "llama", "gpt2". */
  readonly tokenizer?: string | undefined;
  /** How texts are cut up before they become tokens (`tokenizer.ggml.pre`): "llama-bpe", "qwen2". */
  readonly preTokenizer?: string | undefined;
  /** "Q4_K_M", as the file's name usually has it; the type of most weights where it is not stated. */
  readonly quantisation: string | undefined;
  readonly hasChatTemplate: boolean;
  readonly chatTemplate: string | undefined;
  /** What the model is sampled at unless its user says otherwise (`general.sampling.temp`). */
  readonly temperature: number | undefined;
  readonly parameterCount: number;
  /** Bytes of all tensors in this file. */
  readonly weightBytes: number;
  /** Bytes of weights that each token takes: of a mixture of experts fewer than there are. */
  readonly tokenBytes?: number | undefined;
  /** In how many files the model comes; undefined for one that was never split. */
  readonly splitCount: number | undefined;
}

/** As much of it as the memory that a model takes is computed from. */
export type MemoryFacts = Pick<
  ModelInfo,
  'contextLength' | 'blockCount' | 'headCountKv' | 'keyLength' | 'valueLength' | 'weightBytes'
>;

/** Gathers what matters for running a model from its header. */
export function describeModel(header: GgufHeader): ModelInfo {
  const { metadata, tensors, parameterCount } = header;
  const text = (key: string): string | undefined => {
    const value = metadata.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  const architecture = text('general.architecture');
  const count = (key: string): number | undefined => countOf(metadata.get(key));
  const own = (key: string): number | undefined => count(`${architecture ?? ''}.${key}`);

  const embeddingLength = own('embedding_length');
  const headCount = headsOf(header, architecture, 'head_count');
  const mostHeads = typeof headCount === 'number' ? headCount : headCount && Math.max(...headCount);
  const headLength =
    embeddingLength !== undefined && mostHeads
      ? Math.floor(embeddingLength / mostHeads)
      : undefined;
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const chatTemplate = text('tokenizer.chat_template');
  return {
    architecture,
    name: text('general.name'),
    contextLength: own('context_length'),
    embeddingLength,
    blockCount: own('block_count'),
    headCount: mostHeads,
    headCountKv: headsOf(header, architecture, 'head_count_kv') ?? headCount,
    keyLength: own('attention.key_length') ?? headLength,
    valueLength: own('attention.value_length') ?? headLength,
    vocabularySize: tokens instanceof GgufArray ? tokens.length : own('vocab_size'),
    tokenizer: text('tokenizer.ggml.model'),
    preTokenizer: text('tokenizer.ggml.pre'),
    quantisation: FILE_TYPES.get(count('general.file_type') ?? -1) ?? commonestType(tensors),
    hasChatTemplate: chatTemplate !== undefined,
    chatTemplate,
    temperature: temperatureOf(metadata.get('general.sampling.temp')),
    parameterCount,
    weightBytes: tensors.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    tokenBytes: tokenBytes(header),
    splitCount: count('split.count'),
  };
}

/**
 * Bytes of the key-value cache for so many tokens: a key and a value per head and block. Models whose
 * attention slides or compresses need less; those without attention need none. llama.cpp's elements
 * have 2 bytes (F16) unless told otherwise.
 */
export function kvCacheBytes(
  info: Omit<MemoryFacts, 'contextLength' | 'weightBytes'>,
  contextTokens: number,
  bytesPerElement = 2,
): number {
  const { headCountKv = 0, blockCount = 0, keyLength = 0, valueLength = 0 } = info;
  const heads =
    typeof headCountKv === 'number'
      ? headCountKv * blockCount
      : headCountKv.reduce((sum, count) => sum + count, 0);
  return heads * (keyLength + valueLength) * contextTokens * bytesPerElement;
}

function countOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** As a person would write it: the file has it in float32. */
function temperatureOf(value: unknown): number | undefined {
  const isTemperature = typeof value === 'number' && Number.isFinite(value) && value >= 0;
  return isTemperature ? Number(value.toPrecision(FLOAT32_DIGITS)) : undefined;
}

/** Decimal digits that a float32 keeps. */
const FLOAT32_DIGITS = 6;

/** More blocks than any model has: what is longer is no list of heads. */
const MAX_BLOCKS = 4096;

function headsOf(
  { metadata }: GgufHeader,
  architecture: string | undefined,
  key: 'head_count' | 'head_count_kv',
): number | readonly number[] | undefined {
  const value = metadata.get(`${architecture ?? ''}.attention.${key}`);
  if (!(value instanceof GgufArray)) return countOf(value);
  if (value.length === 0 || value.length > MAX_BLOCKS) return undefined;
  const counts = [...value].map(countOf);
  return counts.every((count) => count !== undefined) ? counts : undefined;
}

function commonestType(tensors: readonly GgufTensor[]): string | undefined {
  const bytes = new Map<string, number>();
  for (const { type, sizeBytes } of tensors) {
    bytes.set(type.name, (bytes.get(type.name) ?? 0) + sizeBytes);
  }
  return [...bytes].sort(([, a], [, b]) => b - a)[0]?.[0];
}
