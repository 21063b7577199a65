import { ZosiaError } from '../errors.js';
import {
  formatSetting,
  makeSetting,
  MAX_THREADS,
  parseLlamaArgs,
  parseThreadCount,
} from './setting.js';
import type { Setting } from './setting.js';
import { WAIT_POLICIES } from '../machine/machine.js';
import type { WaitPolicy } from '../machine/machine.js';

/** The values that each part of a setting may take. `undefined` is the default. */
export interface SettingSpace {
  readonly threads: readonly (number | undefined)[];
  readonly batchThreads: readonly (number | undefined)[];
  readonly waits: readonly (WaitPolicy | undefined)[];
  readonly llamaArgs: readonly (readonly string[])[];
}

/**
 * A number of threads for everything a host with so many processors is likely to be fastest with: half
 * of them, since two may share a core; all but one, which leaves the host one; and all.
 */
export function threadsAround(cpuCount: number): number[] {
  const counts = [Math.floor(cpuCount / 2), cpuCount - 1, cpuCount];
  return [...new Set(counts.map((count) => Math.max(1, count)))].sort((a, b) => a - b);
}

/**
 * What llama.cpp may be told that changes its speed but neither the answer nor what it can remember:
 * batches that fit a cache, and no flash attention. `--poll` has no part in it: it is for threads that
 * ggml makes itself, and the guest's are OpenMP's.
 */
const USUAL_LLAMA_ARGS: readonly (readonly string[])[] = [[], ['-b', '256'], ['-fa', 'off']];

/** What is tried on a host with so many processors, where nothing else is asked for. */
export const usualSpace = (cpuCount: number): SettingSpace => ({
  threads: threadsAround(cpuCount),
  batchThreads: [undefined, cpuCount],
  waits: [undefined, 'spin'],
  llamaArgs: USUAL_LLAMA_ARGS,
});

/** A point of a space: the setting with these values, in which nothing is said twice. */
export function settingAt(
  threads: number | undefined,
  batchThreads: number | undefined,
  llamaArgs: readonly string[],
  wait?: WaitPolicy,
): Setting {
  // As many threads read the prompt as generate unless told otherwise: these two are one setting.
  const readers = batchThreads === threads ? undefined : batchThreads;
  // One thread waits for nobody.
  const isAlone = threads === 1 && readers === undefined;
  return makeSetting(threads, readers, llamaArgs, isAlone ? undefined : wait);
}

/** Every setting of a space, each once, with its parts varying from the last to the first. */
export function enumerateSpace(space: SettingSpace): Setting[] {
  const settings = new Map<string, Setting>();
  for (const threads of space.threads) {
    for (const batchThreads of space.batchThreads) {
      for (const wait of space.waits) {
        for (const llamaArgs of space.llamaArgs) {
          const setting = settingAt(threads, batchThreads, llamaArgs, wait);
          settings.set(formatSetting(setting), setting);
        }
      }
    }
  }
  return [...settings.values()];
}

/** How lists name the value that leaves a matter to the guest. */
const DEFAULT = 'default';

/**
 * Reads numbers of threads: `4`, `6`, `default`.
 *
 * @param where what an error is said of
 * @throws ZosiaError `ZOSIA_PERF_BAD_LIST`
 */
export function parseThreadList(words: readonly string[], where: string): (number | undefined)[] {
  if (words.length === 0) throw emptyList(where);
  return words.map((word) => {
    if (word === DEFAULT) return undefined;
    const threads = parseThreadCount(word);
    if (threads !== undefined) return threads;
    throw badList(
      `${where}: ${JSON.stringify(word)} is no number of threads`,
      `Give whole numbers from 1 to ${MAX_THREADS}; ${DEFAULT} leaves the matter to the guest.`,
    );
  });
}

/**
 * Reads ways to wait: `sleep`, `spin`, `default`.
 *
 * @param where what an error is said of
 * @throws ZosiaError `ZOSIA_PERF_BAD_LIST`
 */
export function parseWaitList(words: readonly string[], where: string): (WaitPolicy | undefined)[] {
  if (words.length === 0) throw emptyList(where);
  return words.map((word) => {
    if (word === DEFAULT) return undefined;
    const wait = WAIT_POLICIES.find((each) => each === word);
    if (wait !== undefined) return wait;
    throw badList(
      `${where}: threads cannot wait by ${JSON.stringify(word)}`,
      `Give ${WAIT_POLICIES.join(' or ')}, or both; ${DEFAULT} leaves the matter to the guest.`,
    );
  });
}

/**
 * Reads sets of llama.cpp arguments: `default`, `-b,256`, `-b,256,-fa,off`. An empty one is the default, too.
 *
 * @param where what an error is said of
 * @throws ZosiaError `ZOSIA_PERF_BAD_LIST`, `ZOSIA_PERF_BAD_ARGS`
 */
export function parseArgsList(words: readonly string[], where: string): string[][] {
  if (words.length === 0) throw emptyList(where);
  return words.map((word) => (word === DEFAULT ? [] : parseLlamaArgs(word, where)));
}

const emptyList = (where: string): ZosiaError =>
  badList(
    `${where}: the list is empty`,
    `Give at least one value; ${DEFAULT} leaves the matter to the guest.`,
  );

const badList = (message: string, hint: string): ZosiaError =>
  new ZosiaError('ZOSIA_PERF_BAD_LIST', message, { hint });
