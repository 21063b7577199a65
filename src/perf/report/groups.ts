import type { RunRecord } from '../results.js';
import { median, summarise } from '../statistics.js';
import type { Summary } from '../statistics.js';

/** All runs of one setting on one subject. */
export interface SettingGroup {
  readonly threads: number | undefined;
  readonly batchThreads: number | undefined;
  readonly wait: string;
  readonly args: string;
  readonly records: readonly RunRecord[];
  /** Of the rates of generation; undefined when every run failed. */
  readonly summary: Summary | undefined;
  /** Median rate at which the prompt was read. */
  readonly promptTokPerS: number | undefined;
  readonly loadSeconds: number | undefined;
  /** Runs without a result. */
  readonly failureCount: number;
  /** Runs with a result that was below the least that was asked for. */
  readonly tooSlowCount: number;
}

/** What rates may be compared on: one model on one kind of machine. */
export interface Subject {
  /** "stories260K, aarch64, tcg, 2 CPUs", as far as it is known. */
  readonly title: string;
  /** Fastest first, by median. */
  readonly groups: readonly SettingGroup[];
  readonly records: readonly RunRecord[];
}

/** Sorts runs by what was measured, and with which setting. */
export function groupResults(records: readonly RunRecord[]): Subject[] {
  return [...groupBy(records, titleOf)].map(([title, ofSubject]) => ({
    title,
    records: ofSubject,
    groups: [...groupBy(ofSubject, settingKey).values()]
      .map(makeGroup)
      .sort((a, b) => (b.summary?.median ?? 0) - (a.summary?.median ?? 0)),
  }));
}

function titleOf({ model, arch, accel, cpus }: RunRecord): string {
  const parts = [
    model,
    arch,
    accel,
    cpus === undefined ? '' : `${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`,
  ];
  const known = parts.filter((part) => part !== '');
  return known.length === 0 ? 'unknown machine' : known.join(', ');
}

const settingKey = ({ threads, batchThreads, wait, args }: RunRecord): string =>
  [threads ?? '', batchThreads ?? '', wait, args].join('|');

function makeGroup(records: readonly RunRecord[]): SettingGroup {
  const { threads, batchThreads, wait, args } = records[0]!;
  const rates = known(records, 'tokPerS');
  const promptRates = known(records, 'promptTokPerS');
  const loads = known(records, 'loadSeconds');
  return {
    threads,
    batchThreads,
    wait,
    args,
    records,
    summary: rates.length === 0 ? undefined : summarise(rates),
    promptTokPerS: promptRates.length === 0 ? undefined : median(promptRates),
    loadSeconds: loads.length === 0 ? undefined : median(loads),
    failureCount: records.length - rates.length,
    tooSlowCount: records.filter(({ ok, tokPerS }) => !ok && tokPerS !== undefined).length,
  };
}

function known(
  records: readonly RunRecord[],
  key: 'tokPerS' | 'promptTokPerS' | 'loadSeconds',
): number[] {
  return records.flatMap((record) => record[key] ?? []);
}

/** Rates of the runs that have one, the slowest first. */
export const ratesOf = (records: readonly RunRecord[]): number[] =>
  known(records, 'tokPerS').sort((a, b) => a - b);

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
