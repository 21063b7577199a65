import type { Progress, Run } from './checkpoint.js';
import { parameterCount } from './model/shape.js';

export interface Training extends Run {
  readonly corpusTokens: number;
  readonly progress: Progress;
}

/** What a run was made from and how it went, as JSON. */
export function trainingReport(training: Training): string {
  const { recipe, arithmetic, corpusTokens, corpusSha256, progress } = training;
  const { step, tokens, seconds, losses, position } = progress;
  const validation = losses.at(-1)?.validation;
  const report = {
    recipe,
    arithmetic,
    parameters: parameterCount(recipe.shape),
    corpusTokens,
    corpusSha256,
    steps: step,
    tokens,
    epochs: Number((position.epoch + position.taken / recipe.documentCount).toFixed(3)),
    minutes: Number((seconds / 60).toFixed(1)),
    tokensPerSecond: Math.round(tokens / seconds),
    ...(validation === undefined
      ? {}
      : { heldOutPerplexity: Number(Math.exp(validation).toFixed(4)) }),
    losses,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
