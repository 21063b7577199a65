import type { GgufKind } from './kind.js';
import { poolingOf } from './pooling.js';
import { GgufArray } from './values.js';
import type { GgufHeader } from './reader.js';

/** What a GGUF that is no language model says of itself, where it does. */
export interface KindDetails {
  /** Of what makes vectors: how those of a text's tokens become one. */
  readonly pooling?: string | undefined;
  /** Of a projector: "vision", "audio". */
  readonly encoders?: readonly string[] | undefined;
  readonly projectorType?: string | undefined;
  /** Of an adapter: "lora". */
  readonly adapterType?: string | undefined;
  readonly alpha?: number | undefined;
  /** The largest rank of its pairs. */
  readonly rank?: number | undefined;
  /** Of an importance matrix: the names of the texts it was computed from, some of them. */
  readonly datasets?: readonly string[] | undefined;
  /** How many pieces of text, and of how many tokens each. */
  readonly chunkCount?: number | undefined;
  readonly chunkTokens?: number | undefined;
  /** Of a control vector: the architecture of the model it is for. */
  readonly modelHint?: string | undefined;
  readonly layerCount?: number | undefined;
}

const DATASETS_NAMED = 8;

/**
 * Gathers what matters of a GGUF of a kind. Keys: of adapters and projectors as in the GGUF specification
 * and clip-impl.h, of importance matrices as in llama.cpp's tools/imatrix, of control vectors as in its
 * common_control_vector_load.
 */
export function kindDetails(header: GgufHeader, kind: GgufKind): KindDetails {
  const { metadata, tensors } = header;
  const text = (key: string): string | undefined => {
    const value = metadata.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  const number = (key: string): number | undefined => {
    const value = metadata.get(key);
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  switch (kind) {
    case 'embedding': {
      const pooling = poolingOf(header);
      if (pooling === 'rank') return { pooling: 'rank: it scores texts' };
      return { pooling: pooling === 'other' ? undefined : pooling };
    }
    case 'projector':
      return {
        encoders: ['vision', 'audio'].filter((which) => {
          return metadata.get(`clip.has_${which}_encoder`) === true;
        }),
        projectorType:
          text('clip.projector_type') ??
          text('clip.vision.projector_type') ??
          text('clip.audio.projector_type'),
      };
    case 'adapter':
      return {
        adapterType: text('adapter.type'),
        alpha: number('adapter.lora.alpha'),
        rank: largestRank(tensors),
      };
    case 'importance-matrix': {
      const datasets = metadata.get('imatrix.datasets');
      const isList = datasets instanceof GgufArray && datasets.elementType === 'string';
      return {
        datasets: isList ? firstOf(datasets) : undefined,
        chunkCount: number('imatrix.chunk_count'),
        chunkTokens: number('imatrix.chunk_size'),
      };
    }
    case 'control-vector':
      return {
        modelHint: text('controlvector.model_hint'),
        layerCount: number('controlvector.layer_count'),
      };
    case 'model':
    case 'vocabulary':
      return {};
  }
}

/** lora_b is of [rank, outputs], of embeddings as well (llama_adapter_lora_init). */
function largestRank(tensors: GgufHeader['tensors']): number | undefined {
  const found = tensors
    .filter(({ name }) => name.endsWith('.lora_b'))
    .map(({ dimensions }) => dimensions[0] ?? 1);
  return found.length === 0 ? undefined : found.reduce((a, b) => Math.max(a, b));
}

function firstOf(texts: GgufArray): string[] {
  const count = Math.min(texts.length, DATASETS_NAMED);
  return Array.from({ length: count }, (_, index) => String(texts.at(index)));
}
