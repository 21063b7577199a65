import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { hostArchitecture } from '../src/artifacts/architectures.js';
import { findQemu } from '../src/machine/machine.js';
import { median } from '../src/perf/statistics.js';
import { CLI } from '../test/support/cli.js';
import { HOST } from '../test/support/host.js';

/**
 * How long zosia takes until QEMU runs, with everything built: by the clock and in processor time, in
 * milliseconds, and as ratios to `node -e 0`, which zosia cannot be faster than. The rounds go through all
 * of them in turn, so that whatever else the host does slows all alike; the ratios are to be trusted more
 * than the figures. QEMU is a stand-in of C (`startup/qemu.c`, compiled by `cc`). Linux alone.
 *
 *     npm run bench:startup -- [--rounds 21]
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '21' } } });

interface Sample {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const BASE = 'node -e 0';

const NS_PER_MS = 1e6;
const US_PER_MS = 1e3;
const TELL_CPU = fileURLToPath(new URL('startup/tell-cpu.cjs', import.meta.url));
const STAND_IN = fileURLToPath(new URL('startup/qemu.c', import.meta.url));

const monotonicMs = (): number => Number(process.hrtime.bigint()) / NS_PER_MS;

/** Runs Node to its end. */
function toItsEnd(...args: readonly string[]): Sample {
  const startMs = monotonicMs();
  const { output } = spawnSync(process.execPath, ['--require', TELL_CPU, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return { wallMs: monotonicMs() - startMs, cpuMs: Number(String(output[3])) / US_PER_MS };
}

/** A folder that `zosia up` is run in with the stand-in for QEMU, and what tells it where that is. */
interface Stage {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly started: string;
}

/** Builds all that `zosia up` would build. What is found out about the stand-in is kept from the user's cache. */
async function setStage(folder: string): Promise<Stage> {
  const { path: qemu } = await findQemu(hostArchitecture(), HOST.searchPath);
  const programs = join(folder, 'programs');
  const cache = join(folder, 'cache', 'zosia');
  for (const path of [programs, cache]) await mkdir(path, { recursive: true });
  await execa('cc', ['-O2', '-o', join(programs, basename(qemu)), STAND_IN]);
  await execa(process.execPath, [CLI, 'fetch'], { cwd: folder });
  await symlink(join(HOST.cacheDirectory, 'packages'), join(cache, 'packages'));
  const started = join(folder, 'started');
  const env = {
    PATH: [programs, ...HOST.searchPath].join(delimiter),
    XDG_CACHE_HOME: join(folder, 'cache'),
    ZOSIA_BENCH_QEMU: qemu,
    ZOSIA_BENCH_STARTED: started,
  };
  const stage = { cwd: folder, env: { ...process.env, ...env }, started };
  await untilQemu(stage);
  // Digests are remembered of files that have been as they are for a while.
  await setTimeout(SETTLING_MS);
  await untilQemu(stage);
  return stage;
}

const SETTLING_MS = 2500;

/** Runs `zosia up` until it has started QEMU. */
async function untilQemu({ cwd, env, started }: Stage): Promise<Sample> {
  await rm(started, { force: true });
  const startMs = monotonicMs();
  const { stderr } = spawnSync(process.execPath, [CLI, 'up'], {
    cwd,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const text = await readFile(started, 'utf8').catch(() => {
    throw new Error(`zosia started no machine: ${String(stderr)}`);
  });
  const [atMs, cpuMs] = text.split(' ').map((word) => Number(word) / NS_PER_MS);
  return { wallMs: atMs! - startMs, cpuMs: cpuMs! };
}

function report(taken: ReadonlyMap<string, readonly Sample[]>): void {
  const base = taken.get(BASE)!;
  const columns = (samples: readonly Sample[], key: keyof Sample): string => {
    const values = samples.map((sample) => sample[key]);
    const ratio = median(values) / median(base.map((sample) => sample[key]));
    return [median(values), Math.min(...values)]
      .map((value) => value.toFixed(0).padStart(7))
      .concat(ratio.toFixed(2).padStart(7))
      .join('');
  };
  console.log(
    `${values.rounds} rounds, load ${loadavg()[0]!.toFixed(1)}; milliseconds: median, least, ratio of the medians`,
  );
  console.log(`${''.padEnd(20)}${'clock'.padStart(21)}${'processor'.padStart(21)}`);
  for (const [subject, samples] of taken) {
    console.log(subject.padEnd(20) + columns(samples, 'wallMs') + columns(samples, 'cpuMs'));
  }
}

const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  const stage = await setStage(folder);
  const subjects: readonly (readonly [string, () => Sample | Promise<Sample>])[] = [
    [BASE, () => toItsEnd('-e', '0')],
    ['zosia --version', () => toItsEnd(CLI, '--version')],
    ['zosia up, to QEMU', () => untilQemu(stage)],
  ];
  const taken = new Map<string, Sample[]>(subjects.map(([subject]) => [subject, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [subject, run] of subjects) taken.get(subject)!.push(await run());
  }
  report(taken);
} finally {
  await rm(folder, { recursive: true, force: true });
}
