import type { Model } from '../../recipes/model.js';

/** What a model is for, as llama-server has to be told. */
export type ServedRole = 'text' | 'embedding' | 'rerank';

/** What a model is for by what it says of itself: one that pools by rank scores texts. */
export function roleOf({ kind, pooling }: Pick<Model, 'kind' | 'pooling'>): ServedRole {
  if (pooling === 'rank') return 'rerank';
  return kind === 'embedding' ? 'embedding' : 'text';
}
