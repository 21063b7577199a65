import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { ARCHITECTURES } from '../src/artifacts/architectures.js';
import { median } from '../src/perf/statistics.js';
import { CLI, zosia } from '../test/support/cli.js';
import { STORIES_15M } from '../test/support/llama2-format.js';
import { randomCheckpoint } from '../test/support/random-checkpoint.js';
import { weights } from '../test/support/weight-files.js';
import { PROGRAMS, programNamed } from './threads/programs.js';
import type { Measured, Program } from './threads/programs.js';

/**
 * How fast each of llama.cpp's programs is in the guest with one thread and with two, which sleep or spin
 * while they wait for each other, on a host that is as quiet as it is, and on one with a busy core more.
 * Each round measures every variant once, in an order of its own: whatever else the host does slows all of
 * them alike, and the ratios are to be trusted more than the figures.
 *
 *     npm run bench:threads -- [--arch ARCH ...] [--model tiny|15M ...] [--program perf|one-shot|chat ...]
 *         [--load quiet|busy ...] [--runs 3] [--accel NAME] [--threads 2]
 *
 * "15M" has the shape of stories15M and random weights, which take as long as trained ones; in a chat, where
 * one of them might end the answer at once, it is not measured.
 */
const MODELS = ['tiny', '15M'] as const;
const LOADS = ['quiet', 'busy'] as const;
const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true, default: [...ARCHITECTURES] },
    model: { type: 'string', multiple: true, default: [...MODELS] },
    program: { type: 'string', multiple: true, default: PROGRAMS.map(({ name }) => name) },
    load: { type: 'string', multiple: true, default: [...LOADS] },
    runs: { type: 'string', default: '3' },
    accel: { type: 'string', default: 'auto' },
    threads: { type: 'string', default: '2' },
  },
});

/** Tokens that take a few seconds to generate. */
const TOKENS = { tiny: 48, '15M': 12 } as const;
const SEED = 15;

interface Variant {
  readonly title: string;
  readonly cpus: number;
  readonly threads: number;
  readonly wait: 'sleep' | 'spin';
}

const many = Number(values.threads);
/** The first is what the others are compared with. One thread waits for nobody, in either way. */
const VARIANTS: readonly Variant[] = [
  { title: `1 thread, ${many} CPUs`, cpus: many, threads: 1, wait: 'sleep' },
  { title: '1 thread, 1 CPU', cpus: 1, threads: 1, wait: 'sleep' },
  { title: `${many} threads that sleep`, cpus: many, threads: many, wait: 'sleep' },
  { title: `${many} threads that spin`, cpus: many, threads: many, wait: 'spin' },
];

interface Cell {
  readonly arch: string;
  readonly model: (typeof MODELS)[number];
  readonly program: Program;
  readonly load: (typeof LOADS)[number];
  readonly variant: Variant;
  readonly found: Measured[];
}

function allCells(): Cell[] {
  const cells: Cell[] = [];
  for (const arch of ARCHITECTURES.filter((each) => values.arch.includes(each)))
    for (const model of MODELS.filter((each) => values.model.includes(each)))
      for (const program of values.program.map(programNamed))
        for (const load of LOADS.filter((each) => values.load.includes(each)))
          for (const variant of VARIANTS)
            if (model === 'tiny' || !program.needsTrained)
              cells.push({ arch, model, program, load, variant, found: [] });
  return cells;
}

async function measure(cell: Cell, ggufs: Readonly<Record<string, string>>): Promise<void> {
  const { arch, model, program, load, variant } = cell;
  const job = {
    gguf: ggufs[model]!,
    machine: ['--arch', arch, '--accel', values.accel, '--smp', String(variant.cpus)],
    flags: [`zosia.llama_threads=${variant.threads}`, `zosia.llama_wait=${variant.wait}`],
    tokens: TOKENS[model],
    folder,
  };
  const stop = load === 'busy' ? await keepBusy() : undefined;
  try {
    cell.found.push(await program.measure(job));
  } finally {
    await stop?.();
  }
}

/** Keeps one of the host's cores busy until the function that it gives is called. */
async function keepBusy(): Promise<() => Promise<void>> {
  const loop = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  await once(loop, 'spawn');
  return async () => {
    const ended = once(loop, 'exit');
    loop.kill('SIGKILL');
    await ended;
  };
}

function report(cells: readonly Cell[]): void {
  console.log('| machine | model | program | host | threads | generated | | prompt read | |');
  console.log('| --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: |');
  for (const [index, { arch, model, program, load, variant, found }] of cells.entries()) {
    const first = cells[index - (index % VARIANTS.length)]!.found;
    const columns = (['tokPerS', 'promptTokPerS'] as const).flatMap((key) => {
      const [own, reference] = [found, first].map((runs) => median(runs.map((run) => run[key])));
      return Number.isNaN(own)
        ? ['-', '-']
        : [own!.toFixed(1), `× ${(own! / reference!).toFixed(2)}`];
    });
    console.log(`| ${[arch, model, program.name, load, variant.title, ...columns].join(' | ')} |`);
  }
}

async function prepareModels(): Promise<Record<string, string>> {
  const tiny = new URL('../models/zosia-tiny/zosia-tiny.gguf', import.meta.url).pathname;
  if (!values.model.includes('15M')) return { tiny };
  const checkpoint = join(folder, 'stories15M.bin');
  await writeFile(checkpoint, randomCheckpoint(STORIES_15M, { version: 0 }, SEED));
  const big = join(folder, 'stories15M.gguf');
  const convert = ['model', 'convert', checkpoint, '--tokenizer', weights('tokenizer.bin')];
  const { exitCode, stderr } = await zosia([...convert, '--out', big]);
  if (exitCode !== 0) throw new Error(stderr);
  return { tiny, '15M': big };
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  const ggufs = await prepareModels();
  const cells = allCells();
  // What is built on the way to a first boot is built before any boot is measured.
  for (const arch of new Set(cells.map((cell) => cell.arch)))
    await execa(process.execPath, [CLI, 'up', '--arch', arch, '--dry-run'], { cwd: folder });
  const [before] = loadavg();
  for (let run = 0; run < Number(values.runs); run++) {
    for (const cell of shuffled(cells)) await measure(cell, ggufs);
  }
  const [after] = loadavg();
  console.log(
    `median of ${values.runs}; the host's load was ${before!.toFixed(1)} before, ${after!.toFixed(1)} after\n`,
  );
  report(cells);
} finally {
  await rm(folder, { recursive: true, force: true });
}
