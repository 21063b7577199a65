/**
 * Asks a trained model the held-out questions and every sum, and has it tell stories:
 * tsx train/examine.ts FOLDER [--questions FILE] [--stories COUNT] [--no-questions] [--no-sums] [--no-stories]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readParameters } from './checkpoint.js';
import { promptOf } from './corpus/documents.js';
import { generate } from './model/generate.js';
import { DEFAULT_FOLDER, run, usage, wholeNumber } from './options.js';
import { randomStream } from './random.js';
import { ZOSIA_TINY } from './recipe.js';
import { everySum } from './sum-questions.js';
import type { SumQuestion } from './sum-questions.js';
import { Encoder } from './tokenizer/encoder.js';
import { BEGIN, END, decodeVocabulary } from './tokenizer/vocabulary.js';

interface HeldOut {
  readonly question: string;
  readonly topic: string;
  /** Any of these is the fact. */
  readonly mustContain: readonly string[];
}

const HELD_OUT_FILE = fileURLToPath(
  new URL('../fixtures/zosia-tiny/held-out.json', import.meta.url),
);

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
    const prompt = [BEGIN, ...encoder.encode(text, { begins: true })];
    const options = { temperature, random: randomStream(seed), end: END };
    return encoder.decode(generate(shape, parameters, prompt, options), { begins: true });
  };
}

const answerOf = (model: Model, question: string): string =>
  model(promptOf(question), { temperature: 0, seed: 0 });

function askQuestions(model: Model, heldOut: readonly HeldOut[]): void {
  let right = 0;
  for (const { question, topic, mustContain } of heldOut) {
    const answer = answerOf(model, question);
    if (mustContain.some((fact) => answer.includes(fact))) right++;
    else say(`wrong, ${topic}: ${question}\n    ${answer}`);
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

async function main(): Promise<void> {
  const { values, positionals } = usage(() =>
    parseArgs({
      allowPositionals: true,
      options: {
        questions: { type: 'string', default: HELD_OUT_FILE },
        stories: { type: 'string', default: '3' },
        'no-questions': { type: 'boolean', default: false },
        'no-sums': { type: 'boolean', default: false },
        'no-stories': { type: 'boolean', default: false },
      },
    }),
  );
  const storyCount = wholeNumber('--stories', values.stories, 0);
  const model = await readModel(positionals[0] ?? DEFAULT_FOLDER);
  if (!values['no-questions']) {
    askQuestions(model, JSON.parse(await readFile(values.questions, 'utf8')) as HeldOut[]);
  }
  if (!values['no-sums']) askSums(model);
  if (!values['no-stories']) tellStories(model, storyCount);
}

await run(main);
