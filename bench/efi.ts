import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ARCHITECTURES } from '../src/artifacts/architectures.js';
import { median } from '../src/perf/statistics.js';
import { STORIES_15M } from '../test/support/llama2-format.js';
import { randomCheckpoint } from '../test/support/random-checkpoint.js';
import { weights } from '../test/support/weight-files.js';
import { prepareEfi, prepareLinux } from './efi/contestants.js';
import type { Contestant, Generated } from './efi/contestants.js';

/**
 * How fast the EFI application generates, beside the same arithmetic as a static Linux program that a
 * compiler made of plain loops, in the same QEMU; with two processors beside itself with one; and how
 * long it takes to load the model. The runs take turns, so that whatever else the host does slows all of
 * them alike: the ratios are to be trusted more than the figures.
 *
 *     npm run bench:efi -- [--arch ARCH ...] [--runs 5] [--tokens 64]
 *
 * The model has the shape of stories15M and random weights, which take as long as trained ones.
 */
const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true, default: [...ARCHITECTURES] },
    runs: { type: 'string', default: '5' },
    tokens: { type: 'string', default: '64' },
  },
});
const SEED = 15;

async function compare(arch: (typeof ARCHITECTURES)[number], folder: string): Promise<void> {
  const checkpoint = join(folder, 'stories15M.bin');
  await writeFile(checkpoint, randomCheckpoint(STORIES_15M, { version: 0 }, SEED));
  const model = { checkpoint, tokenizer: weights('tokenizer.bin') };
  const job = { arch, folder, model, tokenCount: Number(values.tokens) };
  const linux = await prepareLinux(job);
  const [one, two] = await prepareEfi(job, [1, 2]);
  const contestants = [linux, one!, two!];

  const results = new Map(contestants.map((contestant) => [contestant, [] as Generated[]]));
  for (let run = 0; run < Number(values.runs); run++) {
    for (const contestant of contestants) results.get(contestant)!.push(await contestant.run());
  }
  const [story, ...others] = [...results.values()].flat().map(({ text }) => text);
  if (others.some((other) => other !== story))
    throw new Error(`they tell different things: ${[story, ...others].join('\n\n')}`);
  report(arch, [...results]);
}

function report(arch: string, results: readonly [Contestant, readonly Generated[]][]): void {
  const speeds = results.map(([, runs]) => runs.map(({ tokensPerSecond }) => tokensPerSecond));
  const [linux, one] = speeds.map(median);
  console.log(`\n${arch}: ${values.tokens} tokens, median of ${values.runs} (lowest to highest)`);
  results.forEach(([{ name }, runs], i) => {
    const speed = median(speeds[i]!);
    const title = `${name}, ${counted(runs[0]!.processorCount)}`;
    const columns = [title.padEnd(28), `${summary(speeds[i]!)} tokens/s`];
    if (i > 0) columns.push(`${(speed / linux!).toFixed(2)} of Linux`);
    if (i > 1) columns.push(`${(speed / one!).toFixed(2)} of one processor`);
    console.log(`  ${columns.join('   ')}`);
  });
  const loads = results.flatMap(([, runs]) => runs.map(({ loadSeconds }) => loadSeconds));
  const known = loads.filter((seconds) => seconds !== undefined);
  console.log(`  ${'loading 60.8 MB'.padEnd(28)}   ${summary(known)} s`);
}

const counted = (processors: number): string =>
  processors === 1 ? '1 processor' : `${processors} processors`;

function summary(numbers: readonly number[]): string {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return `${median(numbers).toFixed(2).padStart(6)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  for (const arch of ARCHITECTURES) {
    if (values.arch.includes(arch)) await compare(arch, folder);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
