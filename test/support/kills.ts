import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CLI, zosia } from './cli.js';

/** Folders of one command's own: where it is run, for temporary files, and the cache. */
export interface KillPlace {
  readonly work: string;
  readonly tmp: string;
  readonly cache: string;
}

export interface KilledCommand {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Puts into a place what the command starts from. */
  readonly prepare?: (place: KillPlace) => Promise<void>;
}

export interface KillReport {
  /** How long the command took when nobody killed it, the last time that was measured. */
  readonly usualMs: number;
  /** Runs that did not come to their end. */
  readonly killed: number;
  /** What lay about before the last run, and after it, that a run without kills does not leave. */
  readonly abandoned: readonly string[];
  readonly left: readonly string[];
  /** What a run without kills leaves, and the last one did not. */
  readonly missing: readonly string[];
}

/** A run may last longer than the usual one: some kills shall come too late. */
const LATEST = 1.2;

/** After so many kills the usual time is taken again: a host gets busier and quieter meanwhile. */
const KILLS_PER_MEASUREMENT = 20;

/**
 * Kills a command again and again with SIGKILL, at any moment of its run, then lets it come to its end, and
 * compares what there is with what a run without kills leaves. Before each run its outputs are removed, so
 * that it has something to do; what a killed one left is not.
 *
 * @throws Error if a run that nobody kills fails
 */
export async function killAgainAndAgain(
  root: string,
  command: KilledCommand,
  kills: number,
): Promise<KillReport> {
  const reference = await makePlace(join(root, 'reference'), command);
  const before = await filesBelow(reference.root);
  await runToItsEnd(reference.place, command);
  const expected = await filesBelow(reference.root);
  const outputs = [...expected].filter((path) => !before.has(path) && !path.endsWith('/'));

  const { root: killedRoot, place } = await makePlace(join(root, 'killed'), command);
  const removeOutputs = async (): Promise<void> => {
    for (const path of outputs) await rm(join(killedRoot, path), { force: true });
  };
  let killed = 0;
  let usualMs = 0;
  for (let count = 0; count < kills; count++) {
    if (count % KILLS_PER_MEASUREMENT === 0) {
      await removeOutputs();
      usualMs = await runToItsEnd(place, command);
    }
    await removeOutputs();
    if (await killOnce(place, command, Math.random() * LATEST * usualMs)) killed++;
  }
  const abandoned = [...(await filesBelow(killedRoot))].filter((path) => !expected.has(path));
  await runToItsEnd(place, command);
  const found = await filesBelow(killedRoot);
  return {
    usualMs,
    killed,
    abandoned,
    left: [...found].filter((path) => !expected.has(path)),
    missing: [...expected].filter((path) => !found.has(path)),
  };
}

async function makePlace(root: string, { prepare }: KilledCommand) {
  const place = { work: join(root, 'work'), tmp: join(root, 'tmp'), cache: join(root, 'cache') };
  for (const folder of Object.values(place)) await mkdir(folder, { recursive: true });
  await prepare?.(place);
  return { root, place };
}

/** Every file and symbolic link, and every folder with nothing in it. */
async function filesBelow(root: string): Promise<Set<string>> {
  const found = new Set<string>();
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    if (entries.length === 0) found.add(`${folder}/`);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path);
      else found.add(path);
    }
  };
  for (const name of await readdir(root)) await walk(name);
  return found;
}

const environment = ({ tmp, cache }: KillPlace, { env }: KilledCommand) => ({
  TMPDIR: tmp,
  ZOSIA_CACHE: cache,
  ...env,
});

/** @returns how many milliseconds it took */
async function runToItsEnd(place: KillPlace, command: KilledCommand): Promise<number> {
  const started = performance.now();
  const { exitCode, stderr } = await zosia(command.args, {
    cwd: place.work,
    env: environment(place, command),
  });
  if (exitCode !== 0) throw new Error(`zosia ${command.args.join(' ')} failed: ${stderr}`);
  return performance.now() - started;
}

/** @returns whether it was killed before it had ended */
async function killOnce(
  place: KillPlace,
  command: KilledCommand,
  afterMs: number,
): Promise<boolean> {
  const child = spawn(process.execPath, [CLI, ...command.args], {
    cwd: place.work,
    stdio: 'ignore',
    env: { ...process.env, ...environment(place, command) },
  });
  const ended = once(child, 'exit');
  await Promise.race([delay(afterMs), ended]);
  child.kill('SIGKILL');
  const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  return signal === 'SIGKILL';
}
