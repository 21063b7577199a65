import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { accessBytes, checkGguf } from 'zosia';
import { EMBEDDED_MODEL_TEMPLATE, embeddedCheckpoint } from 'zosia/recipes';
import type { LossPoint } from '../src/checkpoint.js';
import { FURTHER_QUESTIONS_FILE, hasFact, readHeldOut } from '../src/held-out.js';
import { lossCurve } from '../src/plot.js';
import { ZOSIA_TINY } from '../src/recipe.js';
import type { Arithmetic } from '../src/recipe.js';
import { trainingReport } from '../src/training-report.js';
import { EMBEDDED_MODEL } from '../../test/support/embedded-model.js';
import { referenceText } from '../../test/support/llama2-sampling.js';
import { readVocabulary } from '../../test/support/llama2-tokens.js';
import { temporaryFolder } from '../../test/support/temporary.js';

const FOLDER = new URL('../../models/zosia-tiny/', import.meta.url);
const read = (name: string): Promise<string> => readFile(new URL(name, FOLDER), 'utf8');

/** Positions for a question and as much of its answer as has the fact. */
const STEPS = 80;

describe('models/zosia-tiny', async () => {
  const folder = temporaryFolder();
  const report = await read('training.json');
  const run = JSON.parse(report) as {
    readonly arithmetic: Arithmetic;
    readonly corpusTokens: number;
    readonly corpusSha256: string;
    readonly steps: number;
    readonly tokens: number;
    readonly epochs: number;
    readonly tokensPerSecond: number;
    readonly heldOutPerplexity: number;
    readonly losses: readonly LossPoint[];
  };

  it('was trained by the recipe of the source, with a report in its format', () => {
    const { arithmetic, corpusTokens, corpusSha256, steps, tokens, losses } = run;
    const { stepCount, documentCount } = ZOSIA_TINY;
    expect(steps).toBe(stepCount);
    expect(losses.at(-1)!.step).toBe(stepCount);
    expect(arithmetic).toEqual({
      threadCount: expect.any(Number),
      compiler: expect.stringMatching(/\d+\.\d+/),
    });
    const position = { epoch: 0, taken: run.epochs * documentCount };
    const seconds = tokens / run.tokensPerSecond;
    const progress = { step: stepCount, tokens, position, seconds, losses };
    expect(
      trainingReport({ recipe: ZOSIA_TINY, arithmetic, corpusTokens, corpusSha256, progress }),
    ).toBe(report);
  });

  it('has the loss curve and the figures of the training run in its README', async () => {
    expect(await read('loss.svg')).toBe(lossCurve(run.losses));
    const readme = await read('README.md');
    expect(readme).toContain(`held-out perplexity ${run.heldOutPerplexity.toFixed(3)}`);
    expect(readme).toContain(`with ${run.arithmetic.threadCount} threads`);
    const rows = [...readme.matchAll(/^\| ([\d,]*\d)\D* \| ([\d.]+) \| ([\d.]+) \|$/gm)];
    expect(rows.length).toBeGreaterThan(5);
    for (const [, step, training, validation] of rows) {
      const point = run.losses.find((each) => each.step === Number(step!.replace(',', '')))!;
      expect([point.training.toFixed(3), point.validation.toFixed(3)]).toEqual([
        training,
        validation,
      ]);
    }
    expect(Number(rows.at(-1)![1]!.replace(',', ''))).toBe(run.steps);
  });

  it('is a GGUF of Q8_0 with its chat template', async () => {
    const gguf = await checkGguf(accessBytes(await readFile(EMBEDDED_MODEL)), EMBEDDED_MODEL);
    expect(gguf.metadata.get('tokenizer.chat_template')).toBe(await read('chat-template.jinja'));
    const types = new Set(
      gguf.tensors.filter(({ dimensions }) => dimensions.length > 1).map(({ type }) => type.name),
    );
    expect([...types]).toEqual(['Q8_0']);
  });

  it('answers at least 80 of 90 further questions correctly', async () => {
    const { checkpoint, tokenizer } = await embeddedCheckpoint(folder.path);
    const weights = await readFile(checkpoint);
    const vocabulary = readVocabulary(await readFile(tokenizer));
    const questions = await readHeldOut(FURTHER_QUESTIONS_FILE);
    expect(questions).toHaveLength(90);
    const wrong = questions.flatMap((each) => {
      const prompt = EMBEDDED_MODEL_TEMPLATE.replace('{prompt}', () => each.question);
      const greedy = { prompt, steps: STEPS, temperature: 0, topP: 0.9, seed: 1 };
      const { text } = referenceText(weights, vocabulary, greedy);
      const answer = text.toString().slice(prompt.length);
      return hasFact(each, answer) ? [] : [`${each.question}${answer}`];
    });
    console.info(`${90 - wrong.length} of 90 right; wrong:\n${wrong.join('\n')}`);
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(10);
  });
});
