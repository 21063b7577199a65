import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { writeRaw } from '../../src/host/raw-writer.js';
import { buildEngineProgram } from '../../test/guest/engine-programs.js';
import type { LlamaPrograms } from '../../test/support/llama-programs.js';
import { quantise } from '../../test/support/native-llama/quantise.js';
import { HALF_A_BILLION, benchModel } from './model.js';
import { report } from './report.js';
import type { Rates } from './report.js';

export interface NativeOptions {
  readonly folder: string;
  readonly types: readonly string[];
  readonly runs: number;
  readonly threads: readonly string[];
  /** The engine's for an instruction set; the best for this one unless given. */
  readonly products?: string | undefined;
  /** llama.cpp's code for a kind of processor; the best for this one unless given. */
  readonly variant?: string | undefined;
}

const GOALS = { prompt: 0.5, generation: 0.9, memory: 1.1 };
const PROMPT = 128;
const GENERATED = 64;
const MIB = 1 << 20;
/** Keys and values, two bytes each. */
const CACHE_BYTES =
  (2 *
    2 *
    HALF_A_BILLION.layers *
    HALF_A_BILLION.dim *
    HALF_A_BILLION.kvHeads *
    (PROMPT + GENERATED)) /
  HALF_A_BILLION.heads;

/** The engine and llama.cpp, both as programs of this host. */
export async function compareNatively(
  llama: LlamaPrograms,
  { folder, types, runs, threads: threadCounts, products, variant }: NativeOptions,
): Promise<void> {
  const folders = ['base', 'gguf', 'model', 'products', 'tensors', 'transformer'];
  const source = 'engine/run_gguf.c';
  const program = await buildEngineProgram(folder, { source, folders, isMeasured: true });
  const plain = join(folder, 'bench.gguf');
  await writeRaw(benchModel(HALF_A_BILLION), plain);
  for (const type of types) {
    const model = type === 'Q8_0' ? plain : await quantise(llama, plain, type);
    for (const threads of threadCounts) {
      const own: Rates[] = [];
      const others: Rates[] = [];
      for (let run = 0; run < runs; run++) {
        own.push(await byEngine(program, model, threads, products));
        others.push(await byLlama(llama, model, threads, variant));
      }
      report(`${type}, ${threads} ${threads === '1' ? 'thread' : 'threads'}`, own, others, GOALS);
    }
  }
}

async function byEngine(
  program: string,
  model: string,
  threads: string,
  products: string | undefined,
): Promise<Rates> {
  const ids = Array.from({ length: PROMPT }, (_, i) => 300 + ((i * 37) % 60_000));
  const work = ['--ids', ids.join(','), '--count', String(GENERATED)];
  const args = [model, ...work, '--threads', threads, '--time'];
  const { stderr } = await execa(program, [...args, ...(products ? ['--products', products] : [])]);
  const [prompt, generation, peakMiB] = [...stderr.matchAll(/\d+\.\d+/g)].map(Number);
  const { size } = await stat(model);
  return {
    prompt: prompt!,
    generation: generation!,
    memory: (peakMiB! * MIB) / (size + CACHE_BYTES + 64 * MIB),
  };
}

async function byLlama(
  llama: LlamaPrograms,
  model: string,
  threads: string,
  variant: string | undefined,
): Promise<Rates> {
  const args = ['-m', model, '-p', String(PROMPT), '-n', String(GENERATED), '-t', threads];
  const { stdout } = await llama.start('llama-bench', [...args, '-r', '1', '-o', 'json'], variant);
  const runs = JSON.parse(new TextDecoder().decode(stdout)) as { n_gen: number; avg_ts: number }[];
  const rate = (isGeneration: boolean): number =>
    runs.find(({ n_gen: count }) => count > 0 === isGeneration)!.avg_ts;
  return { prompt: rate(false), generation: rate(true) };
}
