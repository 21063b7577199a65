import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServe } from '../test/support/serve-process.js';
import { KEEP, measureFirstTokens } from './serve/first-token.js';
import type { FirstTokens } from './serve/first-token.js';
import { measureLoad } from './serve/load.js';
import type { Load } from './serve/load.js';
import { builtInModel, serverInMachine } from './serve/machine.js';
import { startNative } from './serve/native.js';
import { parseOptions } from './serve/options.js';
import type { ServeBenchOptions } from './serve/options.js';
import { measureOverhead } from './serve/overhead.js';
import type { Overhead, SmallRequest } from './serve/overhead.js';
import { turnsOf } from './turns.js';

/**
 * `zosia serve` with the built-in model: how long the first token of a model takes whose machine was saved and put
 * away; what the server adds to a request of a machine that is awake; and how many requests and tokens a second it
 * gives to several clients at once, in turn with the same llama-server that runs on this host with the same
 * arguments. Under TCG every instruction of the machine is emulated, so the last is no contest: the ratio is for
 * comparing one zosia with another.
 *
 *     npm run bench:serve -- [--runs 7] [--requests 100] [--clients 1,4,16,64] [--seconds 15] [--quick] [--json]
 */

/** How many requests both servers answer at once under load. */
const PARALLEL = 4;

interface LoadOfBoth {
  readonly clients: number;
  readonly zosia: Load;
  readonly native: Load;
  /** Of zosia's requests per second to those of the server on this host. */
  readonly ratio: number;
}

interface Report {
  /** Of the last minute, before and after. */
  readonly hostLoad: readonly [number, number];
  readonly firstToken: FirstTokens;
  readonly overhead: Readonly<Record<SmallRequest, Overhead>>;
  readonly loads: readonly LoadOfBoth[];
}

async function measureAll(options: ServeBenchOptions, folder: string): Promise<Report> {
  const before = loadavg()[0]!;
  const firstToken = await withServe(folder, ['--keep', KEEP], (server) =>
    measureFirstTokens(server, options.runs),
  );
  const overhead = await measureOverhead(options.requests);
  const loads = await measureLoads(options, folder);
  return { hostLoad: [before, loadavg()[0]!], firstToken, overhead, loads };
}

/** Runs `zosia serve` with the built-in model alone. */
async function withServe<T>(
  folder: string,
  args: readonly string[],
  use: (server: Awaited<ReturnType<typeof startServe>>) => Promise<T>,
): Promise<T> {
  // Where there is no model, it is the built-in one that is served.
  const server = await startServe([...args, '--models-dir', join(folder, 'models')], {
    cwd: folder,
  });
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

async function measureLoads(
  { clients, seconds }: ServeBenchOptions,
  folder: string,
): Promise<LoadOfBoth[]> {
  const { initramfs, args } = await serverInMachine(await builtInModel(PARALLEL));
  const native = await startNative(initramfs, join(folder, 'llama'), args);
  try {
    return await withServe(folder, ['--parallel', String(PARALLEL)], async (zosia) => {
      const urls = [zosia.url, native.url];
      // The machine is awake, and both have the prompt in their caches.
      for (const url of urls) await measureLoad(url, PARALLEL, 1);
      const loads: LoadOfBoth[] = [];
      for (const [run, count] of clients.entries()) {
        const found: Load[] = [];
        for (const turn of turnsOf(urls.length, run)) {
          found[turn] = await measureLoad(urls[turn]!, count, seconds);
        }
        const [ofZosia, ofNative] = found as [Load, Load];
        const ratio = ofZosia.requestsPerS / ofNative.requestsPerS;
        loads.push({ clients: count, zosia: ofZosia, native: ofNative, ratio });
      }
      return loads;
    });
  } finally {
    await native.stop();
  }
}

function print({ hostLoad, firstToken, overhead, loads }: Report): void {
  const { asleepMs, awakeMs, wakingMs } = firstToken;
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  console.log(`load ${hostLoad[0].toFixed(1)} before, ${hostLoad[1].toFixed(1)} after`);
  console.log(
    `first token, median of ${asleepMs.count}: asleep ${ms(asleepMs.median)} (least ${ms(asleepMs.min)}), ` +
      `of which waking ${ms(wakingMs.median)}; awake ${ms(awakeMs.median)}`,
  );
  for (const [name, { throughMs, directMs, addedMs }] of Object.entries(overhead)) {
    console.log(
      `${name}, median of ${throughMs.count}: through zosia ${ms(throughMs.median)}, ` +
        `directly ${ms(directMs.median)}: ${ms(addedMs)} more`,
    );
  }
  for (const { clients, zosia, native, ratio } of loads) {
    const both = (key: 'requestsPerS' | 'tokensPerS'): string =>
      `${zosia[key].toFixed(1)} and ${native[key].toFixed(1)}`;
    console.log(
      `${clients} clients, zosia and native: ${both('requestsPerS')} requests/s, ` +
        `${both('tokensPerS')} tokens/s, ratio ${ratio.toFixed(3)}`,
    );
  }
}

function optionsOf(args: readonly string[]): ServeBenchOptions {
  try {
    return parseOptions(args);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    // As for every wrong usage of zosia.
    process.exit(2);
  }
}

const options = optionsOf(process.argv.slice(2));
const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  const report = await measureAll(options, folder);
  if (options.json) console.log(JSON.stringify(report, undefined, 2));
  else print(report);
} finally {
  await rm(folder, { recursive: true, force: true });
}
