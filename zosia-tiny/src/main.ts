/** `npm run train:tiny`: text, vocabulary and weights of zosia-tiny, from nothing but a seed. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { makeOutputFolder, writeOutput, writeRaw } from 'zosia/host';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import type { Progress, Run } from './checkpoint.js';
import { compileKernel, compilerVersion } from './compiler.js';
import { Kernel } from './kernel.js';
import { legacyCheckpoint } from './model/export.js';
import { initialParameters, parameterCount } from './model/shape.js';
import { run, trainingCommand } from './options.js';
import type { TrainingSettings } from './options.js';
import { lossCurve } from './plot.js';
import { prepare } from './prepare.js';
import { randomStream } from './random.js';
import { ZOSIA_TINY } from './recipe.js';
import { encodeVocabulary } from './tokenizer/vocabulary.js';
import { trainingReport } from './training-report.js';
import { train } from './trainer.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function make({ out, steps, threads, reportEvery }: TrainingSettings): Promise<void> {
  const recipe = { ...ZOSIA_TINY, stepCount: steps };
  const { shape } = recipe;
  const inOut = (name: string): string => join(out, name);

  const program = inOut('kernel');
  await makeOutputFolder(out);
  await compileKernel(program);
  const arithmetic = { threadCount: threads, compiler: await compilerVersion() };

  const { vocabulary, training, validation, corpusSha256 } = prepare(recipe);
  const corpusTokens = training.reduce((sum, { tokens }) => sum + tokens.length - 1, 0);
  say(`${training.length} documents, ${corpusTokens} tokens; ${parameterCount(shape)} parameters`);
  await writeOutput(inOut('tokenizer.bin'), await encodeVocabulary(vocabulary));

  const made: Run = { recipe, corpusSha256, arithmetic };
  const kernel = new Kernel(program, shape, { threads });
  try {
    const resume = await loadCheckpoint(inOut('state'), kernel, made);
    if (resume) say(`going on after step ${resume.step}`);
    else {
      const random = randomStream(recipe.seed, 'parameters');
      await kernel.write('parameters', initialParameters(shape, random));
    }
    const report = async (progress: Progress, norm: number): Promise<void> => {
      say(reportLine(progress, norm, steps));
      await saveCheckpoint(inOut('state'), kernel, made, progress);
      await writeOutput(inOut('loss.svg'), lossCurve(progress.losses));
    };
    const progress = await train({
      recipe,
      kernel,
      training,
      validation,
      reportEvery,
      report,
      resume,
    });
    const parameters = Float32Array.from(await kernel.read('parameters'));
    await writeRaw(legacyCheckpoint(shape, parameters), inOut('zosia-tiny.bin'));
    await writeOutput(inOut('training.json'), trainingReport({ ...made, corpusTokens, progress }));
    const last = progress.losses.at(-1);
    if (last) say(`done; held-out perplexity ${Math.exp(last.validation).toFixed(3)}; ${out}`);
  } finally {
    await kernel.close();
  }
}

function reportLine(progress: Progress, norm: number, stepCount: number): string {
  const { step, losses, seconds, tokens } = progress;
  const { training, validation } = losses.at(-1)!;
  const speed = tokens / seconds;
  const left = ((stepCount - step) * seconds) / step / 60;
  return (
    `step ${step} of ${stepCount}  loss ${training.toFixed(4)}  validation ${validation.toFixed(4)}` +
    `  gradient ${norm.toFixed(2)}  ${speed.toFixed(0)} tokens/s  ${left.toFixed(0)} min left`
  );
}

const defaults = { steps: ZOSIA_TINY.stepCount, threads: Math.min(2, availableParallelism()) };

await run(trainingCommand(defaults, make));
