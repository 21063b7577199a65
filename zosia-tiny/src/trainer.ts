import { batchOf, batches } from './data.js';
import type { Example } from './data.js';
import type { LossPoint, Progress } from './checkpoint.js';
import type { Kernel } from './kernel.js';
import { rateAt } from './recipe.js';
import type { Recipe } from './recipe.js';

export interface TrainingOptions {
  readonly recipe: Recipe;
  readonly kernel: Kernel;
  readonly training: readonly Example[];
  readonly validation: readonly Example[];
  /** Where an earlier run came to; the kernel has its state. */
  readonly resume?: Progress | undefined;
  /** Steps between looks at the validation examples. */
  readonly reportEvery: number;
  /** Called with each new point of the curve; a checkpoint may be saved here. */
  readonly report: (progress: Progress, norm: number) => Promise<void>;
}

/** Makes a recipe's steps, and returns how it went. */
export async function train(options: TrainingOptions): Promise<Progress> {
  const { recipe, kernel, training, validation, reportEvery, report, resume } = options;
  const { stepCount, batchTokens: tokenCount, seed } = recipe;
  let progress: Progress = resume ?? {
    step: 0,
    position: { epoch: 0, taken: 0 },
    losses: [],
    seconds: 0,
    tokens: 0,
  };
  const exam = batchOf(validation);
  const source = batches(training, { tokenCount, seed, start: progress.position });
  let [sum, count, since] = [0, 0, performance.now()];
  let { tokens } = progress;
  for (let step = progress.step + 1; step <= stepCount; step++) {
    const { batch, next } = source.next().value;
    sum += await kernel.gradient(batch);
    const norm = await kernel.update({ ...recipe.optimiser, rate: rateAt(recipe, step) }, step);
    count++;
    tokens += batch.tokens.length;
    if (step % reportEvery !== 0 && step !== stepCount) continue;
    const point: LossPoint = { step, training: sum / count, validation: await kernel.loss(exam) };
    const seconds = progress.seconds + (performance.now() - since) / 1000;
    progress = { step, position: next, losses: [...progress.losses, point], seconds, tokens };
    await report(progress, norm);
    [sum, count, since] = [0, 0, performance.now()];
  }
  return progress;
}
