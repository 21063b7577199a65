/** Asks a trained model the held-out questions, and has it tell stories: tsx train/examine.ts FOLDER */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { promptOf } from './corpus/documents.js';
import { parameterCount } from './model/shape.js';
import type { ModelShape } from './model/shape.js';
import { generate } from './model/generate.js';
import { randomStream } from './random.js';
import { ZOSIA_TINY } from './recipe.js';
import { Encoder } from './tokenizer/encoder.js';
import { BEGIN, END, decodeVocabulary } from './tokenizer/vocabulary.js';

interface HeldOut {
  readonly question: string;
  readonly topic: string;
  readonly mustContain: readonly string[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    questions: {
      type: 'string',
      default: fileURLToPath(new URL('../fixtures/zosia-tiny/held-out.json', import.meta.url)),
    },
    stories: { type: 'string', default: '3' },
  },
});
const folder =
  positionals[0] ?? fileURLToPath(new URL('../artifacts/zosia-tiny/', import.meta.url));
const shape: ModelShape = ZOSIA_TINY.shape;
const state = await readFile(join(folder, 'state'));
const parameters = new Float32Array(
  Uint8Array.from(state.subarray(state.indexOf('\n') + 1)).buffer,
  0,
  parameterCount(shape),
);
const encoder = new Encoder(decodeVocabulary(await readFile(join(folder, 'tokenizer.bin'))));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const answerTo = (question: string): string => {
  const prompt = [BEGIN, ...encoder.encode(promptOf(question), { begins: true })];
  const options = { temperature: 0, random: randomStream(0), end: END };
  return encoder.decode(generate(shape, parameters, prompt, options), { begins: true });
};

const heldOut = JSON.parse(await readFile(values.questions, 'utf8')) as HeldOut[];
let right = 0;
for (const { question, topic, mustContain } of heldOut) {
  const answer = answerTo(question);
  const good = mustContain.some((fact) => answer.includes(fact));
  if (good) right++;
  else say(`wrong, ${topic}: ${question}\n    ${answer}`);
}
say(`${right} of ${heldOut.length} answers have the fact`);
for (let seed = 1; seed <= Number(values.stories); seed++) {
  const options = { temperature: seed === 1 ? 0 : 0.8, random: randomStream(seed), end: END };
  say(
    `story ${seed}: ${encoder.decode(generate(shape, parameters, [BEGIN], options), { begins: true })}`,
  );
}
