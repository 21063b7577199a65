import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { ARCHITECTURES } from '../src/artifacts/architectures.js';
import type { Architecture } from '../src/artifacts/architectures.js';
import { linuxArguments, resolveLinuxMachine, withRunInitrd } from '../src/machine/machine.js';
import { withExistingDisk, withRunDisk } from '../src/prepare/run-disk.js';
import { median } from '../src/perf/statistics.js';
import { writeModelDisk } from '../src/recipes/model-disk.js';
import { modelNeeds } from '../src/recipes/model-memory.js';
import type { ModelNeeds } from '../src/recipes/model-memory.js';
import { readModel } from '../src/recipes/model.js';
import { HOST } from '../test/support/host.js';
import { contestants } from './boot/contestants.js';
import type { Contestant } from './boot/contestants.js';
import { PHASES, bootToPrompt } from './boot/phases.js';
import type { BootTimes, Phase } from './boot/phases.js';

/**
 * How long a guest takes to its prompt, and when each phase of that begins: QEMU started, kernel, init,
 * llama.cpp started, model loaded, prompt. The peer is the way in which the last release booted. In each round every
 * contestant boots once, in an order of its own, so that whatever else the host does slows all of them alike;
 * the ratios are to be trusted more than the figures.
 *
 *     npm run bench:boot -- [--arch ARCH ...] [--runs 5] [--cache warm|cold ...] [--wide] [--model FILE]
 *         [--accel NAME] [--only TEXT ...]
 *
 * Before each boot with a cold cache the host's page cache is dropped, which takes root on Linux.
 */
const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true, default: [...ARCHITECTURES] },
    runs: { type: 'string', default: '5' },
    cache: { type: 'string', multiple: true, default: ['warm', 'cold'] },
    wide: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    model: { type: 'string' },
    accel: { type: 'string', default: 'auto' },
    cpus: { type: 'string', default: '2' },
  },
});

const runCount = Number(values.runs);

type Cache = 'warm' | 'cold';

async function dropCaches(): Promise<void> {
  await promisify(execFile)('sync');
  await writeFile('/proc/sys/vm/drop_caches', '3');
}

/** What every contestant boots with. */
interface Machine {
  readonly arch: Architecture;
  readonly disk: string;
  readonly needs: ModelNeeds;
}

async function boot(machine: Machine, contestant: Contestant): Promise<BootTimes | undefined> {
  const { arch, disk, needs } = machine;
  const {
    kernel,
    initrd,
    changed = (args: readonly string[]) => args,
    isLastRelease = false,
    llamaArgs = [],
  } = contestant;
  const spec = await resolveLinuxMachine(
    {
      arch,
      accel: values.accel,
      cpus: Number(values.cpus),
      disk,
      model: needs.memory,
      defaults: { kernel, initrd },
    },
    HOST,
  );
  const request = { args: [...needs.llamaArgs, '--color', 'off', ...llamaArgs] };
  const onDisk = await withExistingDisk(spec, { hasOwnKernel: !isLastRelease });
  return withRunDisk(onDisk, (machine) =>
    withRunInitrd(machine, request, async (path) => {
      const args = linuxArguments({ ...machine, initrd: path, console: { to: 'stdio' } });
      return bootToPrompt(spec.qemu, changed(args));
    }),
  );
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2).padStart(7);
const RATIO = 2;

function report(title: string, runs: readonly BootTimes[], peer: readonly BootTimes[]): void {
  const at = (of: readonly BootTimes[], phase: Phase): number =>
    median(of.map(({ atMs }) => atMs[phase]));
  const cpu = median(runs.map(({ cpuSeconds }) => cpuSeconds ?? NaN));
  const peerCpu = median(peer.map(({ cpuSeconds }) => cpuSeconds ?? NaN));
  const kernel = (of: readonly BootTimes[]): number =>
    median(of.map(({ atMs }) => atMs.init - atMs.kernel));
  const kernelRatio = (kernel(runs) / kernel(peer)).toFixed(RATIO);
  const ratio = (phase: Phase): string => (at(runs, phase) / at(peer, phase)).toFixed(RATIO);
  console.log(
    `  ${title.padEnd(30)}${PHASES.map((phase) => seconds(at(runs, phase))).join('')}` +
      `${cpu.toFixed(2).padStart(8)}   ${kernelRatio.padStart(6)} ${ratio('prompt').padStart(7)}` +
      (cpu / peerCpu).toFixed(RATIO).padStart(8) +
      (runs.length < runCount ? `   ${runCount - runs.length} never got to the prompt` : ''),
  );
}

async function measure(machine: Machine, cache: Cache): Promise<void> {
  const all = await contestants(machine.arch, folder, values.wide);
  const [peer] = all;
  const chosen = all.filter(
    (each) => each === peer || values.only.length === 0 || values.only.includes(each.title),
  );
  const found = new Map<Contestant, BootTimes[]>(chosen.map((each) => [each, []]));
  for (let round = 0; round < runCount; round++) {
    for (let turn = 0; turn < chosen.length; turn++) {
      const contestant = chosen[(turn + round) % chosen.length]!;
      if (cache === 'cold') await dropCaches();
      const times = await boot(machine, contestant);
      if (times) found.get(contestant)!.push(times);
    }
  }
  console.log(
    `\n${machine.arch}, ${cache} cache, median of ${runCount}, load ${loadavg()[0]!.toFixed(1)}; ` +
      'seconds after QEMU was started, and ratios to the last release: of the kernel until init, to the prompt, of CPU time',
  );
  const heads = ['kernel', 'init', 'llama', 'loaded', 'prompt']
    .map((head) => head.padStart(7))
    .join('');
  console.log(`  ${''.padEnd(30)}${heads}     CPU   kernel  prompt     CPU`);
  for (const [{ title }, runs] of found) report(title, runs, found.get(peer!)!);
}

const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  const model = await readModel(values.model, folder);
  const needs = modelNeeds(model.info, undefined);
  const disk = join(folder, 'model.vmdk');
  await writeModelDisk(model, { format: 'vmdk', out: disk });
  for (const arch of ARCHITECTURES.filter((each) => values.arch.includes(each))) {
    for (const cache of ['warm', 'cold'] as const) {
      if (values.cache.includes(cache)) await measure({ arch, disk, needs }, cache);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
