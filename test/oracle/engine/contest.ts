import { copyFile } from 'node:fs/promises';
import { hostArchitecture } from '../../../src/artifacts/architectures.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { LlamaPrograms } from '../../support/llama-programs.js';
import { compareGreedy } from '../../support/native-llama/compare.js';
import type { Comparison } from '../../support/native-llama/compare.js';
import { Engine } from '../../support/native-llama/engine-program.js';
import { greedyByLlama } from '../../support/native-llama/greedy.js';
import { quantise } from '../../support/native-llama/quantise.js';
import { randomPrompt } from '../../support/random-gguf/prompt.js';
import { writeRandomGguf } from '../../support/random-gguf/write.js';

/** Tokens that are compared. */
export const COUNT = 100;

/** The types with which activations are not rounded to bytes: little is left to the order of sums. */
const EXACT_TYPES: readonly string[] = ['F32', 'F16'];
/** By how much distances of logits may differ: two to three times what llama.cpp's own variants for different processors are apart. */
const DRIFT = { exact: 1e-3, rounded: 2e-2 } as const;

/** "Once upon a time" in the built-in model's vocabulary, and in that of stories260K. */
const STORY = [1, 492, 490, 260, 433];
const STORY_260K = [1, 403, 407, 261, 378];

/** The products that llama.cpp's variant for the same processors has, too. */
export const PRODUCTS = hostArchitecture() === 'aarch64' ? 'neon' : 'avx2';

export const driftBelow = (type: string): number =>
  EXACT_TYPES.includes(type) ? DRIFT.exact : DRIFT.rounded;

/** The engine and llama.cpp, which go on from the same prompts. */
export class Contest {
  private constructor(
    private readonly folder: string,
    private readonly programs: LlamaPrograms,
    private readonly engine: Engine,
  ) {}

  static async prepare(folder: string): Promise<Contest> {
    const engine = await Engine.build(folder);
    return new Contest(folder, await LlamaPrograms.unpack(`${folder}/root`), engine);
  }

  /** By a model of random weights in a type. */
  async random(name: string, type: string, products = PRODUCTS): Promise<Comparison> {
    const model = await quantise(this.programs, await writeRandomGguf(this.folder, name), type);
    return this.compare(model, randomPrompt(24), products);
  }

  async builtIn(type: string): Promise<Comparison> {
    const copy = `${this.folder}/built-in.gguf`;
    await copyFile(EMBEDDED_MODEL, copy);
    return this.compare(await quantise(this.programs, copy, type), STORY, PRODUCTS);
  }

  /** By stories260K, in a GGUF. */
  async stories(gguf: string, type: string, closeBelow: number): Promise<Comparison> {
    const model = await quantise(this.programs, gguf, type);
    return this.compare(model, STORY_260K, PRODUCTS, closeBelow);
  }

  private async compare(
    model: string,
    prompt: readonly number[],
    products: string,
    closeBelow?: number,
  ): Promise<Comparison> {
    const llama = await greedyByLlama(this.programs, model, prompt, COUNT);
    const ids = llama.map(({ id }) => id);
    const engine = await this.engine.following(model, prompt, ids, products);
    return compareGreedy(engine, llama, closeBelow);
  }
}
