import { beforeAll, describe, expect, it } from 'vitest';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import { accessFile } from '../../../src/host/access-file.js';
import { LlamaPrograms, WHERE_GUEST_PROGRAMS_RUN } from '../../support/llama-programs.js';
import { greedyByLlama } from '../../support/native-llama/greedy.js';
import { ENGINE_TYPES, quantise } from '../../support/native-llama/quantise.js';
import { randomPrompt } from '../../support/random-gguf/prompt.js';
import { RANDOM_SHAPES } from '../../support/random-gguf/shapes.js';
import { writeRandomGguf } from '../../support/random-gguf/write.js';
import { temporaryFolder } from '../../support/temporary.js';

/** So far apart are the two likeliest tokens of these models at least: no order of summing changes that. */
const CLEAR_LOGITS = 0.3;

describe('on this host llama.cpp', WHERE_GUEST_PROGRAMS_RUN, () => {
  const folder = temporaryFolder();
  let programs: LlamaPrograms;
  beforeAll(async () => {
    programs = await LlamaPrograms.unpack(folder.file('root'));
  });

  const names = Object.keys(RANDOM_SHAPES);
  it.each(names)('says clearly which 100 tokens come next by the random %s', async (name) => {
    const model = await writeRandomGguf(folder.path, name);
    const positions = await greedyByLlama(programs, model, randomPrompt(24), 100);
    const ids = positions.map(({ id }) => id);
    expect(new Set(ids).size).toBeGreaterThan(50);
    const gaps = positions.map(({ candidates: [one, two] }) => one!.logprob - two!.logprob);
    expect(Math.min(...gaps)).toBeGreaterThan(CLEAR_LOGITS);
  });

  it('says the same whether a prompt goes in pieces or whole, and by whatever variant', async () => {
    const model = await writeRandomGguf(folder.path, 'llama-small');
    const by = async (options: Parameters<typeof greedyByLlama>[4]) =>
      (await greedyByLlama(programs, model, randomPrompt(24), 20, options)).map(({ id }) => id);
    const whole = await by({});
    expect(await by({ batch: 5 })).toEqual(whole);
    expect(await by({ flashAttention: true, threads: 2 })).toEqual(whole);
    if (process.arch === 'x64') expect(await by({ variant: 'x64' })).toEqual(whole);
  });

  it.each(ENGINE_TYPES)('quantises every matrix to %s', async (type) => {
    const model = await quantise(programs, await writeRandomGguf(folder.path, 'llama-small'), type);
    const file = await accessFile(model);
    const { tensors } = await readGguf(file).finally(() => file.close());
    const matrices = tensors.filter(({ dimensions }) => dimensions.length > 1);
    expect([...new Set(matrices.map((each) => each.type.name))]).toEqual([type]);
  });
});
