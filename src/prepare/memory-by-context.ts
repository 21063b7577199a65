import type { MemoryFacts } from '../formats/gguf/model-info.js';
import { ramForModelMiB } from '../machine/machine.js';
import { contextTokensFor, modelNeeds } from '../recipes/model-memory.js';

/** The memory of a machine for a model with a context of some length. */
export interface ContextMemory {
  readonly contextTokens: number;
  readonly kvCacheBytes: number;
  /** What a machine needs in all. */
  readonly ramMiB: number;
}

/**
 * What a machine needs for contexts of these lengths in tokens; unless some are given, for the usual one
 * and for the longest that the model was trained for.
 */
export function memoryByContext(info: MemoryFacts, contexts?: readonly number[]): ContextMemory[] {
  const usual = contextTokensFor(info);
  const lengths = contexts ?? [...new Set([usual, info.contextLength ?? usual])];
  return lengths.map((contextTokens) => {
    const { memory } = modelNeeds(info, { contextTokens });
    const { kvCacheBytes } = memory;
    return { contextTokens, kvCacheBytes, ramMiB: ramForModelMiB(memory) };
  });
}
