import type { AdamW } from './kernel.js';
import type { ModelShape } from './model/shape.js';

/**
 * What a training does with the text of src/corpus. The same recipe gives the same bits again with the
 * same {@link Arithmetic} on the same kind of processor; with any other, sums are rounded otherwise and the
 * weights differ a little.
 */
export interface Recipe {
  readonly seed: number;
  readonly shape: ModelShape;
  /** Documents that are learned from, again and again in another order. */
  readonly documentCount: number;
  /** Of those the first, which the vocabulary is learned from. */
  readonly vocabularyDocumentCount: number;
  /** Documents of another stream that are never learned from. */
  readonly validationDocumentCount: number;
  readonly stepCount: number;
  readonly warmupSteps: number;
  /** The last steps, in which the learning rate falls. */
  readonly decaySteps: number;
  readonly batchTokens: number;
  readonly peakRate: number;
  readonly optimiser: Omit<AdamW, 'rate'>;
}

/** What decides the order in which sums are added up: each order rounds otherwise. */
export interface Arithmetic {
  /** Each adds up the gradients of its own documents. */
  readonly threadCount: number;
  /** What the C compiler calls itself: with -ffast-math it chooses the order within a sum. */
  readonly compiler: string;
}

/**
 * zosia-tiny: 1,468,032 parameters. Rows of every matrix are multiples of 32 long, as Q8_0's blocks ask.
 */
export const ZOSIA_TINY: Recipe = {
  seed: 20_12,
  shape: {
    dim: 128,
    hiddenDim: 352,
    layerCount: 6,
    headCount: 4,
    kvHeadCount: 4,
    vocabularySize: 2048,
    contextLength: 512,
  },
  documentCount: 300_000,
  vocabularyDocumentCount: 40_000,
  validationDocumentCount: 500,
  stepCount: 8000,
  warmupSteps: 200,
  decaySteps: 2700,
  batchTokens: 4096,
  peakRate: 2.5e-3,
  optimiser: { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, decay: 0.1, clip: 1 },
};

/**
 * The learning rate of a step, from 1: a straight warm-up, then the peak, then straight down to almost
 * nothing. Until the way down begins it does not matter how many steps there will be. A run that is too
 * short for all of this falls from the warm-up to its place on the way down.
 */
export function rateAt(recipe: Recipe, step: number): number {
  const { warmupSteps, decaySteps, stepCount, peakRate } = recipe;
  if (step < warmupSteps) return (peakRate * step) / warmupSteps;
  const left = stepCount + 1 - step;
  return left > decaySteps ? peakRate : (peakRate * left) / (decaySteps + 1);
}

/** Whether two recipes both have so many steps, and the same learning rate in each of them. */
export function sharesSteps(one: Recipe, other: Recipe, count: number): boolean {
  if (count > one.stepCount || count > other.stepCount) return false;
  const steps = Array.from({ length: count }, (_, i) => i + 1);
  return steps.every((step) => rateAt(one, step) === rateAt(other, step));
}
