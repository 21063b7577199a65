import type { RunRecord } from '../results.js';
import { formatRate } from '../statistics.js';
import type { SettingGroup } from './groups.js';
import { el } from '../../html/markup.js';
import type { Markup } from '../../html/markup.js';
import { summaryColumns } from './text.js';

/** Runs that the page lists one by one, the last ones; and settings, the fastest ones. */
const MAX_LISTED = 1000;

export function summaryTable(all: readonly SettingGroup[]): Markup {
  const groups = all.slice(0, MAX_LISTED);
  const title =
    groups.length < all.length
      ? `Summary of the ${groups.length} fastest of ${all.length} settings`
      : 'Summary by setting';
  const columns = summaryColumns(groups);
  const kind = (isText?: true): string | undefined => (isText ? 'text' : undefined);
  return scrolling(
    title,
    el(
      'table',
      {},
      el('caption', {}, title),
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          columns.map(({ heading, isText }) =>
            el('th', { scope: 'col', class: kind(isText) }, heading),
          ),
        ),
      ),
      el(
        'tbody',
        {},
        groups.map((group) =>
          el(
            'tr',
            {},
            columns.map(({ cell, isText }) => el('td', { class: kind(isText) }, cell(group))),
          ),
        ),
      ),
    ),
  );
}

const RUN_HEADINGS = [
  'time',
  'threads',
  'batch',
  'wait',
  'arguments',
  'tokens',
  'seconds',
  'tok/s',
  'result',
];

export function runsTable(records: readonly RunRecord[]): Markup {
  const listed = records.slice(-MAX_LISTED);
  const title = listed.length < records.length ? `The last ${listed.length} runs` : 'All runs';
  return el(
    'details',
    {},
    el('summary', {}, title),
    scrolling(
      title,
      el(
        'table',
        {},
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            RUN_HEADINGS.map((heading, index) =>
              el('th', { scope: 'col', class: isTextColumn(index) ? 'text' : undefined }, heading),
            ),
          ),
        ),
        el('tbody', {}, listed.map(runRow)),
      ),
    ),
  );
}

const isTextColumn = (index: number): boolean =>
  ['time', 'wait', 'arguments', 'result'].includes(RUN_HEADINGS[index]!);

function runRow(record: RunRecord): Markup {
  const { timestamp, threads, batchThreads, wait, args, tokens, seconds, tokPerS, ok, error } =
    record;
  const outcome = ok ? 'ok' : tokPerS === undefined ? error || 'failed' : 'too slow';
  const cells = [
    timestamp?.toISOString().slice(0, 19).replace('T', ' '),
    threads,
    batchThreads,
    wait === '' ? undefined : wait,
    args,
    tokens,
    seconds?.toFixed(2),
    tokPerS === undefined ? undefined : formatRate(tokPerS),
  ];
  return el(
    'tr',
    {},
    cells.map((cell, index) =>
      el('td', { class: isTextColumn(index) ? 'text' : undefined }, cell ?? '-'),
    ),
    el('td', { class: ok ? 'text' : 'text long bad' }, outcome),
  );
}

/** A table that may be wider than the page: it scrolls by itself, with the keyboard, too. */
const scrolling = (name: string, table: Markup): Markup =>
  el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name }, table);
