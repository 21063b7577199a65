import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { writeRaw } from '../src/host/raw-writer.js';
import { median } from '../src/perf/statistics.js';
import { buildEngineProgram } from '../test/guest/engine-programs.js';
import { LlamaPrograms } from '../test/support/llama-programs.js';
import { quantise } from '../test/support/native-llama/quantise.js';
import { benchModel } from './efi/model.js';

/**
 * How fast the engine of the EFI machine reads a prompt of 128 tokens and generates 64, beside llama.cpp: both
 * as programs of this host, on a model of half a billion random weights. The runs take turns, so that whatever
 * else the host does slows all of them alike: the ratios are to be trusted more than the figures.
 *
 *     npm run bench:efi -- [--runs 3] [--threads 1 --threads 2] [--products NAME] [--variant NAME]
 *
 * `--variant` is llama.cpp's code for a kind of processor, such as haswell, and `--products` the engine's for an
 * instruction set; else both take the best that this processor has.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    threads: { type: 'string', multiple: true, default: ['1', '2'] },
    products: { type: 'string', default: 'avx512vnni' },
    variant: { type: 'string' },
  },
});
const PROMPT = 128;
const GENERATED = 64;
const TYPES = ['Q8_0', 'Q4_K'];

/** Tokens a second. */
interface Rates {
  readonly prompt: number;
  readonly generation: number;
  readonly peakMiB?: number;
}

async function byEngine(program: string, model: string, threads: string): Promise<Rates> {
  const ids = Array.from({ length: PROMPT }, (_, i) => 300 + ((i * 37) % 60_000));
  const { stderr } = await execa(program, [
    model,
    '--ids',
    ids.join(','),
    '--count',
    String(GENERATED),
    '--threads',
    threads,
    '--products',
    values.products,
    '--time',
  ]);
  const [prompt, generation, peakMiB] = [...stderr.matchAll(/\d+\.\d+/g)].map(Number);
  return { prompt: prompt!, generation: generation!, peakMiB: peakMiB! };
}

async function byLlama(llama: LlamaPrograms, model: string, threads: string): Promise<Rates> {
  const args = ['-m', model, '-p', String(PROMPT), '-n', String(GENERATED), '-t', threads];
  const { stdout } = await llama.start(
    'llama-bench',
    [...args, '-r', '1', '-o', 'json'],
    values.variant,
  );
  const runs = JSON.parse(stdout.toString()) as { n_gen: number; avg_ts: number }[];
  const rate = (isGeneration: boolean): number =>
    runs.find(({ n_gen: count }) => count > 0 === isGeneration)!.avg_ts;
  return { prompt: rate(false), generation: rate(true) };
}

const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  const folders = ['base', 'gguf', 'model', 'products', 'tensors', 'transformer'];
  const source = 'engine/run_gguf.c';
  const program = await buildEngineProgram(folder, { source, folders, isMeasured: true });
  const llama = await LlamaPrograms.unpack(join(folder, 'llama'));
  const plain = join(folder, 'bench.gguf');
  await writeRaw(benchModel(), plain);
  for (const type of TYPES) {
    const model = type === 'Q8_0' ? plain : await quantise(llama, plain, type);
    for (const threads of values.threads) {
      const own: Rates[] = [];
      const others: Rates[] = [];
      for (let run = 0; run < Number(values.runs); run++) {
        own.push(await byEngine(program, model, threads));
        others.push(await byLlama(llama, model, threads));
      }
      report(`${type}, ${threads} ${threads === '1' ? 'thread' : 'threads'}`, own, others);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function report(title: string, own: readonly Rates[], others: readonly Rates[]): void {
  console.log(`\n${title}: tokens/s, median of ${values.runs}`);
  for (const [what, key] of [
    ['prompt', 'prompt'],
    ['generation', 'generation'],
  ] as const) {
    const [mine, theirs] = [own, others].map((runs) => median(runs.map((each) => each[key])));
    const ratio = (mine! / theirs!).toFixed(2);
    console.log(
      `  ${what.padEnd(12)} ${mine!.toFixed(1).padStart(7)}   llama.cpp ${theirs!.toFixed(1).padStart(7)}   ${ratio} of it`,
    );
  }
  console.log(
    `  memory       ${Math.max(...own.map(({ peakMiB = 0 }) => peakMiB)).toFixed(0)} MiB`,
  );
}
