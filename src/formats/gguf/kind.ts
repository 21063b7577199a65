import { poolingOf } from './pooling.js';
import { GgufArray } from './values.js';
import type { GgufHeader } from './reader.js';

/** What a GGUF holds: a language model, or something else. */
export type GgufKind =
  | 'model'
  | 'embedding'
  | 'projector'
  | 'adapter'
  | 'vocabulary'
  | 'importance-matrix'
  | 'control-vector';

/**
 * Encoders: llama.cpp computes vectors with them, and no next token (llama_model::load_hparams; each has
 * attention that looks ahead). The last makes sound out of what another model generates.
 */
const ENCODERS: ReadonlySet<unknown> = new Set(
  (
    'bert modern-bert nomic-bert nomic-bert-moe neo-bert jina-bert-v2 jina-bert-v3 eurobert ' +
    'gemma-embedding gemma-embedding2 llama-embed t5encoder wavtokenizer-dec'
  ).split(' '),
);

/** By `general.type`; what else it may be is a model. */
const TYPES: ReadonlyMap<unknown, GgufKind> = new Map([
  ['mmproj', 'projector'],
  ['adapter', 'adapter'],
  ['imatrix', 'importance-matrix'],
]);

type KindFacts = Pick<GgufHeader, 'metadata' | 'tensors'>;

/**
 * What a GGUF says it holds (GGUF specification, `general.type`; gguf-py, GGUFType). What has no such key
 * is known by what llama.cpp goes by: projectors and control vectors by their architecture, models that
 * turn a text into one vector by how they do (`pooling_type`), and a vocabulary by there being no tensors.
 */
export function kindOf(header: KindFacts): GgufKind {
  const { metadata } = header;
  const architecture = metadata.get('general.architecture');
  if (architecture === 'clip') return 'projector';
  if (architecture === 'controlvector') return 'control-vector';
  const typed = TYPES.get(metadata.get('general.type'));
  if (typed !== undefined) return typed;
  if (isVocabulary(header)) return 'vocabulary';
  if (ENCODERS.has(architecture)) return 'embedding';
  const pooling = poolingOf(header);
  return pooling === undefined || pooling === 'none' ? 'model' : 'embedding';
}

/**
 * Whether a GGUF holds tokens and no weights, as those do that llama.cpp tries its tokenizers with. The
 * first part of a split model may look the same, but says that it is a part.
 */
export function isVocabulary({ metadata, tensors }: KindFacts): boolean {
  if (tensors.length > 0 || metadata.has('split.count')) return false;
  return metadata.get('tokenizer.ggml.tokens') instanceof GgufArray;
}
