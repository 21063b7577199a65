import type { GgufHeader } from './reader.js';

/**
 * How the vectors of a text's tokens become one; by rank, the one is a score (llama.h, enum llama_pooling_type). There
 * may be other ways some day.
 */
export type Pooling = 'none' | 'mean' | 'cls' | 'last' | 'rank' | 'other';

const POOLINGS: readonly Pooling[] = ['none', 'mean', 'cls', 'last', 'rank'];

/** How a model says that it does so (`pooling_type`); undefined where it does not say. */
export function poolingOf({ metadata }: Pick<GgufHeader, 'metadata'>): Pooling | undefined {
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string') return undefined;
  const number = metadata.get(`${architecture}.pooling_type`);
  if (typeof number !== 'number' || number < 0) return undefined;
  return POOLINGS[number] ?? 'other';
}
