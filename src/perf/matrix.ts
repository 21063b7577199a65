import { ZosiaError } from '../errors.js';
import { formatSetting, MAX_THREADS, parseLlamaArgs } from './setting.js';
import type { Setting } from './setting.js';

/** Far more boots than anyone waits for; a file with more lines is something else. */
const MAX_LINES = 10_000;

/**
 * Reads a matrix: on each line `threads|batch threads|llama.cpp arguments`, where an empty field means
 * the default. Empty lines, and those that begin with `#`, are passed over.
 *
 * @param name how errors call the file
 * @throws ZosiaError `ZOSIA_PERF_BAD_MATRIX` or `ZOSIA_PERF_BAD_ARGS`, which name file and line
 */
export function parseMatrix(text: string, name: string): Setting[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const settings: Setting[] = [];
  for (const [index, line] of lines.entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    settings.push(parseLine(content, `${name}, line ${index + 1}`));
    if (settings.length > MAX_LINES) throw badMatrix(name, `more than ${MAX_LINES} settings`);
  }
  if (settings.length === 0) throw badMatrix(name, 'no settings in it');
  return settings;
}

function parseLine(line: string, where: string): Setting {
  const [threads, batchThreads, ...rest] = line.split('|');
  if (threads === undefined || batchThreads === undefined || rest.length === 0) {
    throw badMatrix(where, `${JSON.stringify(line)} is not threads|batch threads|arguments`);
  }
  // The arguments come last, so that they may contain the separator.
  return makeSetting(
    parseThreads(threads, where),
    parseThreads(batchThreads, where),
    parseLlamaArgs(rest.join('|').trim(), where),
  );
}

function parseThreads(field: string, where: string): number | undefined {
  const text = field.trim();
  if (text === '') return undefined;
  const threads = Number(text);
  if (/^\d+$/.test(text) && threads >= 1 && threads <= MAX_THREADS) return threads;
  throw badMatrix(
    where,
    `${JSON.stringify(text)} is no number of threads from 1 to ${MAX_THREADS}`,
  );
}

function badMatrix(where: string, complaint: string): ZosiaError {
  return new ZosiaError('ZOSIA_PERF_BAD_MATRIX', `${where}: ${complaint}`, {
    hint: 'A line is threads|batch threads|arguments, as in 6|6|-b,256,-c,1024; empty is the default.',
  });
}

function makeSetting(
  threads: number | undefined,
  batchThreads: number | undefined,
  llamaArgs: readonly string[],
): Setting {
  return {
    ...(threads === undefined ? {} : { threads }),
    ...(batchThreads === undefined ? {} : { batchThreads }),
    llamaArgs,
  };
}

/** The values that each part of a setting may take. `undefined` is the default. */
export interface SettingSpace {
  readonly threads: readonly (number | undefined)[];
  readonly batchThreads: readonly (number | undefined)[];
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
 * batches that fit a cache, no flash attention, and threads that sleep, or spin, between two steps.
 */
export const USUAL_LLAMA_ARGS: readonly (readonly string[])[] = [
  [],
  ['-b', '256'],
  ['-fa', 'off'],
  ['--poll', '0'],
  ['--poll', '100'],
];

/** What is tried on a host with so many processors, where nothing else is asked for. */
export const usualSpace = (cpuCount: number): SettingSpace => ({
  threads: threadsAround(cpuCount),
  batchThreads: [undefined, cpuCount],
  llamaArgs: USUAL_LLAMA_ARGS,
});

/** A point of a space: the setting with these values, in which nothing is said twice. */
export function settingAt(
  threads: number | undefined,
  batchThreads: number | undefined,
  llamaArgs: readonly string[],
): Setting {
  // As many threads read the prompt as generate unless told otherwise: these two are one setting.
  return makeSetting(threads, batchThreads === threads ? undefined : batchThreads, llamaArgs);
}

/** Every setting of a space, each once, with its parts varying from the last to the first. */
export function enumerateSpace(space: SettingSpace): Setting[] {
  const settings = new Map<string, Setting>();
  for (const threads of space.threads) {
    for (const batchThreads of space.batchThreads) {
      for (const llamaArgs of space.llamaArgs) {
        const setting = settingAt(threads, batchThreads, llamaArgs);
        settings.set(formatSetting(setting), setting);
      }
    }
  }
  return [...settings.values()];
}

/** A matrix as {@link parseMatrix} reads it. */
export function formatMatrix(settings: readonly Setting[]): string {
  return ['# threads|batch threads|llama.cpp arguments', ...settings.map(formatSetting), ''].join(
    '\n',
  );
}
