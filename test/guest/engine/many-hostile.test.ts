import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { skipWhere } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram, fuzzingFlags } from '../engine-programs.js';
import {
  ALL_PRODUCTS,
  BASIC_PRODUCTS,
  GGUF_FOLDERS,
  HOSTILE_SOURCE,
  SAMPLE_NAMES,
  judgeDamaged,
  writeSample,
} from './hostile.js';

describe('the engine, of many damaged GGUFs', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildEngineProgram(folder.path, {
      source: HOSTILE_SOURCE,
      folders: GGUF_FOLDERS,
      products: ALL_PRODUCTS,
    });
  });

  it.each(SAMPLE_NAMES)(
    'refuses them or runs them with the vectors of any processor, and nothing out of bounds: %s',
    async (name) => {
      const model = await writeSample(folder.path, name);
      const { refused, run } = await judgeDamaged(program, model, { seed: 2, count: 2500 });
      expect(refused).toBeGreaterThan(500);
      expect(run).toBeGreaterThan(500);
    },
  );

  it('refuses them or runs them, and nothing out of bounds: the built-in model', async () => {
    const { refused, run } = await judgeDamaged(program, EMBEDDED_MODEL, { count: 500 });
    expect(refused).toBeGreaterThan(100);
    expect(run).toBeGreaterThan(50);
  });
});

const flags = await fuzzingFlags();
const WITH_LIBFUZZER = skipWhere(flags === undefined, "this host's clang has no libFuzzer");

describe('the engine, of what libFuzzer finds', WITH_LIBFUZZER, () => {
  const folder = temporaryFolder();

  it('reads nothing out of bounds in 20,000 runs', async () => {
    const target = await buildEngineProgram(folder.path, {
      source: HOSTILE_SOURCE,
      folders: GGUF_FOLDERS,
      products: BASIC_PRODUCTS,
      fuzzer: { macro: 'READ_GGUF_FUZZER', flags: flags! },
    });
    const corpus = folder.file('corpus');
    await mkdir(corpus);
    for (const name of SAMPLE_NAMES)
      await cp(await writeSample(folder.path, name), join(corpus, name));
    const limits = ['-runs=20000', '-seed=1', `-max_len=${2 ** 21}`, '-detect_leaks=0'];
    const { exitCode, stderr } = await execa(target, [...limits, corpus], { reject: false });
    expect(exitCode, stderr.slice(-4000)).toBe(0);
  });
});
