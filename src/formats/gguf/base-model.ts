import { describeModel } from './model-info.js';
import type { GgufHeader } from './reader.js';
import { vocabularyOf } from './token-table.js';
import type { Vocabulary } from './token-table.js';

/** What adapters, projectors and drafts are made for: of a model, what they have to fit. */
export interface BaseModel {
  readonly architecture: string | undefined;
  /** Elements of a token's vector. */
  readonly embeddingLength: number | undefined;
  /** The dimensions of each tensor by its name, the one that changes fastest first. */
  readonly tensors: ReadonlyMap<string, readonly number[]>;
  readonly vocabulary: Vocabulary;
}

/** @param headers those of all parts; the first has the metadata */
export function baseModelOf(headers: readonly GgufHeader[]): BaseModel {
  const { architecture, embeddingLength } = describeModel(headers[0]!);
  const tensors = headers.flatMap((header) => header.tensors);
  return {
    architecture,
    embeddingLength,
    tensors: new Map(tensors.map(({ name, dimensions }) => [name, dimensions])),
    vocabulary: vocabularyOf(headers[0]!),
  };
}
