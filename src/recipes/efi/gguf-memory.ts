import { kvCacheBytes } from '../../formats/gguf/model-info.js';
import type { ModelInfo } from '../../formats/gguf/model-info.js';
import { MIB } from '../../image/units.js';

/** What decides how much memory the application allocates for a GGUF. */
export interface GgufMemoryInputs {
  readonly info: Pick<
    ModelInfo,
    | 'blockCount'
    | 'contextLength'
    | 'headCount'
    | 'headCountKv'
    | 'keyLength'
    | 'valueLength'
    | 'vocabularySize'
  >;
  /** Of all its files: weights stay as they are, and so do the headers, which have the texts of the tokens. */
  readonly fileBytes: number;
  readonly contextTokens: number;
}

/** Activations, texts, and what alignment takes: more than any model takes that the machine runs. */
const WORKING_BYTES = 64 * MIB;

/** Of a token: its place in the tables that find it, and in those of sampling. */
const TOKEN_BYTES = 64;

/** Of a head and a position: how much the position matters to the head, for a few processors at once. */
const SCORE_BYTES = 8;

/**
 * An upper bound of the memory that the application allocates for a GGUF; the firmware's own comes on top. The cache
 * of keys and values has two bytes for each.
 */
export function ggufMemoryBytes({ info, fileBytes, contextTokens }: GgufMemoryInputs): number {
  const { headCount = 0, vocabularySize = 0 } = info;
  return (
    fileBytes +
    kvCacheBytes(info, contextTokens) +
    vocabularySize * TOKEN_BYTES +
    headCount * contextTokens * SCORE_BYTES +
    WORKING_BYTES
  );
}
