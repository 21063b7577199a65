/** `npm run train:tiny`: text, vocabulary and weights of zosia-tiny, from nothing but a seed. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeOutput } from '../src/image/output-file.js';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import type { Progress } from './checkpoint.js';
import { Kernel, compileKernel } from './kernel.js';
import { legacyCheckpoint } from './model/export.js';
import { initialParameters, parameterCount } from './model/shape.js';
import { lossCurve } from './plot.js';
import { prepare } from './prepare.js';
import { randomStream } from './random.js';
import { ZOSIA_TINY } from './recipe.js';
import { encodeVocabulary } from './tokenizer/vocabulary.js';
import { trainingReport } from './training-report.js';
import { train } from './trainer.js';

const { values } = parseArgs({
  options: {
    out: {
      type: 'string',
      default: fileURLToPath(new URL('../artifacts/zosia-tiny/', import.meta.url)),
    },
    steps: { type: 'string', default: String(ZOSIA_TINY.stepCount) },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    'report-every': { type: 'string', default: '100' },
  },
});
const recipe = { ...ZOSIA_TINY, stepCount: Number(values.steps) };
const inOut = (name: string): string => join(values.out, name);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { vocabulary, training, validation, corpusSha256 } = prepare(recipe);
const tokenCount = training.reduce((sum, { tokens }) => sum + tokens.length - 1, 0);
say(
  `${training.length} documents, ${tokenCount} tokens; ${parameterCount(recipe.shape)} parameters`,
);
await writeOutput(inOut('tokenizer.bin'), encodeVocabulary(vocabulary));

const program = inOut('kernel');
await compileKernel(program);
const kernel = new Kernel(program, recipe.shape, { threads: Number(values.threads) });
const resume = await loadCheckpoint(inOut('state'), kernel, corpusSha256);
if (resume) say(`going on after step ${resume.step}`);
else {
  const random = randomStream(recipe.seed, 'parameters');
  await kernel.write('parameters', initialParameters(recipe.shape, random));
}

const report = async (progress: Progress, norm: number): Promise<void> => {
  const { step, losses, seconds, tokens } = progress;
  const { training: loss, validation: exam } = losses.at(-1)!;
  const speed = tokens / seconds;
  const left = ((recipe.stepCount - step) * seconds) / step / 60;
  say(
    `step ${step} of ${recipe.stepCount}  loss ${loss.toFixed(4)}  validation ${exam.toFixed(4)}` +
      `  gradient ${norm.toFixed(2)}  ${speed.toFixed(0)} tokens/s  ${left.toFixed(0)} min left`,
  );
  await saveCheckpoint(inOut('state'), kernel, { corpusSha256, progress });
  await writeOutput(inOut('loss.svg'), lossCurve(losses));
};
const reportEvery = Number(values['report-every']);
const progress = await train({
  ...{ recipe, kernel, training, validation, reportEvery, report },
  ...(resume ? { resume } : {}),
});
const parameters = Float32Array.from(await kernel.read('parameters'));
await kernel.close();
await writeOutput(inOut('zosia-tiny.bin'), legacyCheckpoint(recipe.shape, parameters));
await writeOutput(
  inOut('training.json'),
  trainingReport({ recipe, corpusTokens: tokenCount, corpusSha256, progress }),
);
const last = progress.losses.at(-1);
if (last) say(`done; held-out perplexity ${Math.exp(last.validation).toFixed(3)}; ${values.out}`);
