import { DRAFT_PATH } from './disk-entries.js';
import type { NgramSpeculation } from './ngram-speculation.js';

/** Where guest/init mounts the model disk (MODELS). */
const GUEST_MODELS = '/models';

/** Who guesses tokens, for the model to check several at once. */
export interface Speculation {
  /** Whether the model disk has a draft. */
  readonly hasDraft: boolean;
  readonly ngram?: NgramSpeculation | undefined;
}

/**
 * What llama-cli and llama-server are told of speculation; llama-completion and llama-bench know none. Of two
 * ways llama.cpp takes the first that has a guess.
 */
export function speculationArguments({ hasDraft, ngram }: Speculation): string[] {
  const types = [...(ngram === undefined ? [] : [ngram]), ...(hasDraft ? ['draft-simple'] : [])];
  return [
    ...(hasDraft ? ['--spec-draft-model', `${GUEST_MODELS}${DRAFT_PATH}`] : []),
    ...(types.length === 0 ? [] : ['--spec-type', types.join(',')]),
  ];
}
