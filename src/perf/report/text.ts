import { extent, formatRate } from '../statistics.js';
import type { SettingGroup, Subject } from './groups.js';

/** How many runs quartiles begin to mean something with. */
export const QUARTILES_FROM = 4;

/** A column of the summary: what it is called, and what stands in it. */
export interface SummaryColumn {
  readonly heading: string;
  readonly isText?: true | undefined;
  readonly cell: (group: SettingGroup) => string;
}

const NONE = '-';
const rate = (value: number | undefined): string =>
  value === undefined ? NONE : formatRate(value);

const SUMMARY_COLUMNS: readonly SummaryColumn[] = [
  { heading: 'threads', cell: ({ threads }) => String(threads ?? NONE) },
  { heading: 'batch', cell: ({ batchThreads }) => String(batchThreads ?? NONE) },
  { heading: 'wait', isText: true, cell: ({ wait }) => (wait === '' ? NONE : wait) },
  { heading: 'arguments', isText: true, cell: ({ args }) => (args === '' ? NONE : args) },
  { heading: 'n', cell: ({ summary }) => String(summary?.count ?? 0) },
  { heading: 'failed', cell: ({ failureCount }) => String(failureCount) },
  { heading: 'too slow', cell: ({ tooSlowCount }) => String(tooSlowCount) },
  { heading: 'median', cell: ({ summary }) => rate(summary?.median) },
  {
    heading: 'quartiles',
    cell: ({ summary }) =>
      summary && summary.count >= QUARTILES_FROM
        ? `${rate(summary.lowerQuartile)} to ${rate(summary.upperQuartile)}`
        : NONE,
  },
  {
    heading: 'range',
    cell: ({ summary }) =>
      summary && summary.count > 1 ? `${rate(summary.min)} to ${rate(summary.max)}` : NONE,
  },
  { heading: 'prompt', cell: ({ promptTokPerS }) => rate(promptTokPerS) },
  {
    heading: 'load',
    cell: ({ loadSeconds }) => (loadSeconds === undefined ? NONE : `${loadSeconds.toFixed(2)} s`),
  },
];

/** What is told of each setting, in the terminal and on the page alike. */
export function summaryColumns(groups: readonly SettingGroup[]): SummaryColumn[] {
  const anyTooSlow = groups.some(({ tooSlowCount }) => tooSlowCount > 0);
  const anyWait = groups.some(({ wait }) => wait !== '');
  return SUMMARY_COLUMNS.filter(
    ({ heading }) => (heading !== 'too slow' || anyTooSlow) && (heading !== 'wait' || anyWait),
  );
}

/** The summary of a subject as lines for a terminal, columns aligned. Without a line for the title. */
export function summaryLines({ groups }: Pick<Subject, 'groups'>): string[] {
  const columns = summaryColumns(groups);
  return alignColumns(
    [
      columns.map(({ heading }) => heading),
      ...groups.map((group) => columns.map(({ cell }) => cell(group))),
    ],
    columns.map(({ isText }) => isText ?? false),
  );
}

/** Text to the left, numbers to the right. */
function alignColumns(rows: readonly (readonly string[])[], isText: readonly boolean[]): string[] {
  const widths = isText.map((_, index) => extent(rows.map((row) => row[index]!.length))[1]);
  return rows.map((row) =>
    row
      .map((cell, index) =>
        isText[index] ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!),
      )
      .join('  ')
      .trimEnd(),
  );
}
