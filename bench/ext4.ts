import { createReadStream } from 'node:fs';
import { link, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { median } from '../src/perf/statistics.js';
import { CLI } from '../test/support/cli.js';
import { writeBenchModel } from './bench-model.js';
import { combine, largest, measure } from './measure.js';
import type { Measured } from './measure.js';
import { turnsOf } from './turns.js';

/**
 * How long model disks take: a raw one against a copy of the model that is synced, as a raw disk is, and
 * against the ext4 tools; and a zero-copy one of a model that is far too large to copy, against Node alone.
 *
 *     npm run bench:ext4 -- [--size-mib 4096] [--sparse-gib 40] [--runs 5] [--folder DIR] [--no-tools] \
 *         [--only raw|sparse]
 *
 * Contestants take turns, in another order in each run, and the median of each one's runs counts. What one wrote is gone before the next
 * begins: removed, synced, and, where this may be asked for (root on Linux), dropped from the page cache
 * with everything else in there. The model is then read into it again, or left out for a cold start. `cp`
 * copies as fast as it can (`copy_file_range` on Linux) but does not clone, which no disk with the model
 * behind its metadata could.
 */
const MIB = 2 ** 20;
const WRITE_DISK = fileURLToPath(new URL('write-disk.mjs', import.meta.url));
const { values } = parseArgs({
  options: {
    'size-mib': { type: 'string', default: '4096' },
    'sparse-gib': { type: 'string', default: '40' },
    runs: { type: 'string', default: '5' },
    folder: { type: 'string', default: tmpdir() },
    'no-tools': { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const PARTS = ['raw', 'sparse'];
if (values.only !== undefined && !PARTS.includes(values.only)) {
  console.error(`error: --only is ${PARTS.join(' or ')}, not '${values.only}'`);
  // As for every wrong usage of zosia.
  process.exit(2);
}
const runCount = Number(values.runs);

interface Contestant {
  readonly name: string;
  readonly run: () => Promise<Measured>;
}

const folder = await mkdtemp(join(values.folder, 'zosia-bench-'));
const at = (name: string): string => join(folder, name);
const OUT = at('out.img');

const zosia = (...args: string[]): Promise<Measured> => measure(process.execPath, [CLI, ...args]);
const sync = (path: string): Promise<Measured> => measure('sync', [path]);

function raw(model: string): Contestant {
  return {
    name: 'zosia image model --format raw',
    run: () => zosia('image', 'model', model, '--format', 'raw', '--out', OUT),
  };
}

async function copy(model: string): Promise<Contestant> {
  const args = (await canClone()) ? ['--reflink=never', model, OUT] : [model, OUT];
  return {
    name: `cp${args.length > 2 ? ' --reflink=never' : ''}, sync FILE`,
    run: async () => combine([await measure('cp', args), await sync(OUT)]),
  };
}

/** Whether the file system clones files, which `cp` of GNU then does unless told not to. */
async function canClone(): Promise<boolean> {
  const [from, to] = [at('original'), at('clone')];
  await writeFile(from, 'some');
  const { failed } = await execa('cp', ['--reflink=always', from, to], { reject: false });
  await rm(from);
  await rm(to, { force: true });
  return !failed;
}

/** Room for the model and for what these tools put beside it. */
const diskMiB = (modelMiB: number): number => Math.ceil(modelMiB * 1.05) + 64;

async function ext4Tools(model: string, modelMiB: number): Promise<Contestant[]> {
  const source = at('source');
  await rm(source, { recursive: true, force: true });
  await mkdir(source);
  await link(model, join(source, 'model.gguf'));
  const make = (...args: string[]): Promise<Measured> =>
    measure('mke2fs', ['-q', '-t', 'ext4', '-m', '0', ...args, OUT, `${diskMiB(modelMiB)}M`]);
  return [
    {
      name: 'mke2fs -t ext4 -m 0 -d',
      run: async () => combine([await make('-d', source), await sync(OUT)]),
    },
    {
      name: 'mkfs.ext4 + debugfs write',
      run: async () => {
        const made = await make();
        const request = `write ${model} model.gguf`;
        return combine([
          made,
          await measure('debugfs', ['-w', '-R', request, OUT]),
          await sync(OUT),
        ]);
      },
    },
  ];
}

/** What is in the page cache when a contestant starts. */
type Cache = 'warm' | 'cold';

/** Runs all in turn, several times over, in changing orders, and prints each beside the first, which is zosia. */
async function compare(
  model: string,
  sizeMiB: number,
  contestants: readonly Contestant[],
  cache: Cache = 'warm',
): Promise<void> {
  const results = new Map(contestants.map(({ name }) => [name, [] as Measured[]]));
  for (let run = 0; run < runCount; run++) {
    for (const turn of turnsOf(contestants.length, run)) {
      const { name, run: once } = contestants[turn]!;
      await prepareCache(model, cache);
      results.get(name)!.push(await once());
      await rm(OUT);
    }
  }
  console.log(`\nraw disk of a ${sizeMiB} MiB model, ${cache} cache (median of ${runCount})`);
  const time = (name: string): number => median(results.get(name)!.map((one) => one.durationMs));
  const first = time(contestants[0]!.name);
  for (const { name } of contestants) {
    const peak = largest(results.get(name)!.map(({ peakKiB }) => peakKiB));
    const ratio = (first / time(name)).toFixed(2);
    const line = [name.padEnd(34), seconds(time(name)), `zosia takes ${ratio} of it`, memory(peak)];
    console.log(`  ${line.join('   ')}`);
  }
}

const DROP_CACHES = '/proc/sys/vm/drop_caches';

/** Whether the page cache can be emptied here: it takes root, and Linux. */
const canDropCaches = await writeFile(DROP_CACHES, '1').then(
  () => true,
  () => false,
);

/** Leaves neither anything to be written to the disk nor, if possible, anything but the model in memory. */
async function prepareCache(model: string, cache: Cache): Promise<void> {
  await execa('sync');
  if (canDropCaches) await writeFile(DROP_CACHES, '1');
  if (cache === 'cold') return;
  await createReadStream(model, { highWaterMark: MIB }).forEach(() => undefined);
}

/** The largest model, up to this one, that the ext4 tools here can write: a sparse one shows it fast. */
async function largestForTools(sizeMiB: number): Promise<number> {
  for (const tryMiB of [sizeMiB, 2047]) {
    if (tryMiB > sizeMiB) continue;
    const probe = at('probe.gguf');
    await writeFile(probe, '');
    await truncate(probe, tryMiB * MIB);
    try {
      for (const { run } of await ext4Tools(probe, tryMiB)) {
        await run();
        const { stdout } = await execa('debugfs', ['-R', 'stat model.gguf', OUT]);
        if (!stdout.includes(`Size: ${tryMiB * MIB}`)) throw new Error('cut short');
      }
      return tryMiB;
    } catch {
      // It fails, or stops early: the next size then.
    } finally {
      await rm(probe, { force: true });
      await rm(OUT, { force: true });
    }
  }
  return 0;
}

async function benchRaw(sizeMiB: number): Promise<void> {
  const model = at('model.gguf');
  await writeBenchModel(model, sizeMiB, 'random');
  const two = [raw(model), await copy(model)];
  if (canDropCaches) await compare(model, sizeMiB, two, 'cold');
  else console.log('No root on Linux: the page cache stays as each contestant leaves it.');
  if (values['no-tools']) {
    await compare(model, sizeMiB, two);
    await rm(model);
    return;
  }
  const toolsMiB = await largestForTools(sizeMiB);
  const tools = toolsMiB === sizeMiB ? await ext4Tools(model, sizeMiB) : [];
  await compare(model, sizeMiB, [...two, ...tools]);
  await rm(model);
  if (toolsMiB === sizeMiB) return;
  const { stderr } = await execa('mke2fs', ['-V']);
  console.log(`\n${stderr.split('\n')[0]!} cannot write a file of ${sizeMiB} MiB.`);
  if (toolsMiB === 0) return;
  await writeBenchModel(model, toolsMiB, 'random');
  await compare(model, toolsMiB, [raw(model), ...(await ext4Tools(model, toolsMiB))]);
  await rm(at('source'), { recursive: true });
  await rm(model);
}

async function benchZeroCopy(sizeGiB: number): Promise<void> {
  const model = at('sparse.gguf');
  await writeBenchModel(model, sizeGiB * 1024, 'hole');
  const out = at('disk');
  const whole: Measured[] = [];
  const inside: number[] = [];
  const node: number[] = [];
  let written = 0;
  const contestants = [
    async () => {
      const vmdk = ['--format', 'vmdk', '--out', join(out, 'm.vmdk')];
      whole.push(await zosia('image', 'model', model, ...vmdk));
      written = await allocatedBytes(out);
      await rm(out, { recursive: true });
    },
    async () => {
      const { stdout } = await measure(process.execPath, [WRITE_DISK, model, join(out, 'm.vmdk')]);
      inside.push(Number(stdout));
      await rm(out, { recursive: true });
    },
    async () => {
      node.push((await measure(process.execPath, ['-e', '0'])).durationMs);
    },
  ];
  for (let run = 0; run < 3 * runCount; run++) {
    for (const turn of turnsOf(contestants.length, run)) await contestants[turn]!();
  }
  const milliseconds = (numbers: readonly number[]): string =>
    `${median(numbers).toFixed(0)} ms (best ${Math.min(...numbers).toFixed(0)})`;
  console.log(`\nzero-copy disk of a ${sizeGiB} GiB model (median of ${3 * runCount})`);
  console.log(`  whole process         ${milliseconds(whole.map((one) => one.durationMs))}`);
  console.log(`  planning and writing  ${milliseconds(inside)}`);
  console.log(`  node -e 0             ${milliseconds(node)}`);
  const more = median(whole.map((one) => one.durationMs)) - median(node);
  console.log(`  more than that        ${more.toFixed(0)} ms`);
  console.log(`  written               ${(written / MIB).toFixed(2)} MiB`);
  console.log(`  ${memory(largest(whole.map(({ peakKiB }) => peakKiB)))}`);
}

/** What all files of a folder take up on the disk. */
async function allocatedBytes(path: string): Promise<number> {
  let total = 0;
  for (const name of await readdir(path)) total += (await stat(join(path, name))).blocks * 512;
  return total;
}

const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(2).padStart(7)} s`;

const memory = (peakKiB: number | undefined): string =>
  peakKiB === undefined ? 'peak memory unknown' : `peak ${Math.round(peakKiB / 1024)} MiB`;

try {
  if (values.only !== 'sparse') await benchRaw(Number(values['size-mib']));
  if (values.only !== 'raw') await benchZeroCopy(Number(values['sparse-gib']));
} finally {
  await rm(folder, { recursive: true, force: true });
}
