/** `npm run examine:tiny`: what a trained model answers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Argument, Option } from 'commander';
import { BOS_ID, EOS_ID } from 'zosia';
import { readParameters } from './checkpoint.js';
import { promptOf } from './corpus/documents.js';
import { HELD_OUT_FILE, hasFact, readHeldOut } from './held-out.js';
import type { HeldOutQuestion } from './held-out.js';
import { generate } from './model/generate.js';
import { DEFAULT_FOLDER, SHOWN_DEFAULT_FOLDER, makeCommand, run, wholeNumber } from './options.js';
import { randomStream } from './random.js';
import { ZOSIA_TINY } from './recipe.js';
import { everySum } from './sum-questions.js';
import type { SumQuestion } from './sum-questions.js';
import { Encoder } from './tokenizer/encoder.js';
import { decodeVocabulary } from './tokenizer/vocabulary.js';

/** Of wrong sums so many are shown. */
const SHOWN_COUNT = 10;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What the model says after a text; after none it tells a story. */
type Model = (prompt: string, options: { temperature: number; seed: number }) => string;

async function readModel(folder: string): Promise<Model> {
  const { shape } = ZOSIA_TINY;
  const parameters = await readParameters(join(folder, 'state'), shape);
  const tokenizer = await readFile(join(folder, 'tokenizer.bin'));
  const encoder = new Encoder(await decodeVocabulary(tokenizer, shape.vocabularySize));
  return (text, { temperature, seed }) => {
    const prompt = [BOS_ID, ...encoder.encode(text, { begins: true })];
    const options = { temperature, random: randomStream(seed), end: EOS_ID };
    return encoder.decode(generate(shape, parameters, prompt, options), { begins: true });
  };
}

const answerOf = (model: Model, question: string): string =>
  model(promptOf(question), { temperature: 0, seed: 0 });

function askQuestions(model: Model, heldOut: readonly HeldOutQuestion[]): void {
  let right = 0;
  for (const each of heldOut) {
    const answer = answerOf(model, each.question);
    if (hasFact(each, answer)) right++;
    else say(`wrong, ${each.topic}: ${each.question}\n    ${answer}`);
  }
  say(`${right} of ${heldOut.length} answers have the fact`);
}

function askSums(model: Model): void {
  const { learned, declined } = everySum();
  const wrongOf = (sums: readonly SumQuestion[]): string[] =>
    sums.flatMap(({ question, isRight }) => {
      const given = answerOf(model, question);
      return isRight(given) ? [] : [`wrong, sum: ${question}\n    ${given}`];
    });
  const [wrong, accepted] = [wrongOf(learned), wrongOf(declined)];
  for (const line of [...wrong, ...accepted].slice(0, SHOWN_COUNT)) say(line);
  say(
    `${learned.length - wrong.length} of ${learned.length} sums are right, ` +
      `${declined.length - accepted.length} of ${declined.length} ` +
      'that are too large or below 0 are declined',
  );
}

function tellStories(model: Model, count: number): void {
  for (let seed = 1; seed <= count; seed++) {
    say(`story ${seed}: ${model('', { temperature: seed === 1 ? 0 : 0.8, seed })}`);
  }
}

interface Settings {
  readonly questions: string | false;
  readonly sums: boolean;
  readonly stories: number | false;
}

async function examine(folder: string, { questions, sums, stories }: Settings): Promise<void> {
  const model = await readModel(folder);
  if (questions !== false) askQuestions(model, await readHeldOut(questions));
  if (sums) askSums(model);
  if (stories !== false) tellStories(model, stories);
}

const command = makeCommand('npm run examine:tiny --')
  .usage('[folder] [options]')
  .description(
    'Asks a trained model questions that it never read and every sum, and has it tell stories.',
  )
  .addArgument(
    new Argument('[folder]', 'what npm run train:tiny has written').default(
      DEFAULT_FOLDER,
      SHOWN_DEFAULT_FOLDER,
    ),
  )
  .addOption(
    new Option('--questions <file>', 'JSON: a list of {question, topic, mustContain}').default(
      HELD_OUT_FILE,
      'zosia-tiny/fixtures/held-out.json',
    ),
  )
  .option('--no-questions', 'ask no questions')
  .option('--no-sums', 'ask no sums')
  .option('--stories <n>', 'how many stories', wholeNumber(1), 3)
  .option('--no-stories', 'tell no stories')
  .addHelpText(
    'after',
    `
It takes a few minutes, prints wrong answers, and how many are right. The folder
may be one that a training is still writing to.`,
  )
  .action(examine);

await run(command);
