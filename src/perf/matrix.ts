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

/** Far more boots than anyone waits for; a file with more lines is something else. */
const MAX_LINES = 10_000;

/**
 * Reads a matrix: on each line `threads|batch threads|llama.cpp arguments`, where an empty field means
 * the default. After the threads may stand how they wait, as in `6 spin`. Empty lines, and those that begin with `#`, are passed over.
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
  const wait = WAIT_POLICIES.find((each) => threads.trim().split(/\s+/).at(-1) === each);
  const count = wait === undefined ? threads : threads.trim().slice(0, -wait.length);
  // The arguments come last, so that they may contain the separator.
  return makeSetting(
    parseThreads(count, where),
    parseThreads(batchThreads, where),
    parseLlamaArgs(rest.join('|').trim(), where),
    wait,
  );
}

function parseThreads(field: string, where: string): number | undefined {
  const text = field.trim();
  if (text === '') return undefined;
  const threads = parseThreadCount(text);
  if (threads !== undefined) return threads;
  throw badMatrix(
    where,
    `${JSON.stringify(text)} is no number of threads from 1 to ${MAX_THREADS}`,
  );
}

function badMatrix(where: string, complaint: string): ZosiaError {
  return new ZosiaError('ZOSIA_PERF_BAD_MATRIX', `${where}: ${complaint}`, {
    hint: 'A line is threads|batch threads|arguments, as in 6|6|-b,256,-c,1024 or 6 spin|6|; empty is the default.',
  });
}

/** A matrix as {@link parseMatrix} reads it. */
export function formatMatrix(settings: readonly Setting[]): string {
  return ['# threads|batch threads|llama.cpp arguments', ...settings.map(formatSetting), ''].join(
    '\n',
  );
}
