import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkGguf } from '../../src/formats/gguf/check.js';
import { accessBytes } from '../../src/image/random-access.js';
import type { LossPoint } from '../../train/checkpoint.js';
import { lossCurve } from '../../train/plot.js';
import { ZOSIA_TINY } from '../../train/recipe.js';
import type { Arithmetic } from '../../train/recipe.js';
import { trainingReport } from '../../train/training-report.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';

const FOLDER = new URL('../../models/zosia-tiny/', import.meta.url);
const read = (name: string): Promise<string> => readFile(new URL(name, FOLDER), 'utf8');

describe('models/zosia-tiny', async () => {
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

  it('was trained by the recipe that train has, in a run that is reported as train does', () => {
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

  it('has the curve and the figures of its run in its README', async () => {
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
});
