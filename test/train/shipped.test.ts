import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkGguf } from '../../src/formats/gguf/check.js';
import { accessBytes } from '../../src/image/random-access.js';
import type { LossPoint } from '../../train/checkpoint.js';
import { parameterCount } from '../../train/model/shape.js';
import { lossCurve } from '../../train/plot.js';
import { ZOSIA_TINY } from '../../train/recipe.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';

const FOLDER = new URL('../../models/zosia-tiny/', import.meta.url);
const read = (name: string): Promise<string> => readFile(new URL(name, FOLDER), 'utf8');

describe('models/zosia-tiny', async () => {
  const run = JSON.parse(await read('training.json')) as {
    readonly steps: number;
    readonly heldOutPerplexity: number;
    readonly losses: readonly LossPoint[];
  };

  it('was trained by the recipe that train has', () => {
    expect(run).toMatchObject({
      recipe: ZOSIA_TINY,
      steps: ZOSIA_TINY.stepCount,
      parameters: parameterCount(ZOSIA_TINY.shape),
    });
    expect(run.heldOutPerplexity).toBeCloseTo(Math.exp(run.losses.at(-1)!.validation), 3);
  });

  it('has the curve and the figures of its run in its README', async () => {
    expect(await read('loss.svg')).toBe(lossCurve(run.losses));
    const readme = await read('README.md');
    expect(readme).toContain(`held-out perplexity ${run.heldOutPerplexity.toFixed(3)}`);
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
