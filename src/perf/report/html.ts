import type { RunRecord } from '../results.js';
import { waitingThreadsText } from '../setting.js';
import { formatRate } from '../statistics.js';
import { groupResults, ratesOf } from './groups.js';
import type { SettingGroup, Subject } from './groups.js';
import { historyPlot, historyTicks, MAX_DRAWN } from './history-plot.js';
import { htmlDocument } from '../../html/document.js';
import { el } from '../../html/markup.js';
import type { Markup } from '../../html/markup.js';
import type { Ticks } from './scale.js';
import { assignSeries, legend, MAX_DOTS } from './series.js';
import { MAX_ROWS, spreadPlot, spreadTicks } from './spread-plot.js';
import { STYLE } from './style.js';
import { runsTable, summaryTable } from './tables.js';
import { QUARTILES_FROM } from './text.js';
import { MAX_MARKS, threadsPlot } from './threads-plot.js';

/** The page may load nothing, and run nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * Results as one page that needs nothing else: no network, no script. The same results give the same
 * page.
 *
 * @param names of the files that the results are from
 */
export function reportPage(records: readonly RunRecord[], names: readonly string[]): string {
  const subjects = groupResults(records);
  const body = [
    el(
      'header',
      {},
      el('h1', {}, 'Tokens per second'),
      el('p', { class: 'quiet' }, [names.join(', '), period(records)].join(' · ')),
    ),
    el('main', {}, subjects.map(subjectSection)),
    el(
      'footer',
      {},
      el(
        'p',
        {},
        'Rates are of generation alone: neither loading the model nor reading the prompt is in them. ',
        'Medians and quartiles are of the runs that gave a result; those that failed are counted, ',
        'never taken for zero.',
      ),
    ),
  ];
  const title = `Tokens per second: ${names.join(', ')}`;
  return htmlDocument({ title, policy: POLICY, style: STYLE, body });
}

function period(records: readonly RunRecord[]): string {
  const times = records
    .flatMap(({ timestamp }) => timestamp?.toISOString().slice(0, 16) ?? [])
    .sort();
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return 'times unknown';
  const words = (time: string): string => time.replace('T', ' ');
  return first === last ? `${words(first)} UTC` : `${words(first)} to ${words(last)} UTC`;
}

function subjectSection(subject: Subject, index: number): Markup {
  const series = assignSeries(subject.groups);
  const id = (plot: string): string => `${plot}-${index + 1}`;
  const key = series.size > 1 ? legend(series.values()) : undefined;
  const { groups, records } = subject;
  const dots = groups.some(({ summary }) => (summary?.count ?? 0) > MAX_DOTS)
    ? ` Of a setting, ${MAX_DOTS} runs are drawn.`
    : '';
  const timed = records.filter(({ timestamp }) => timestamp !== undefined);
  return el(
    'section',
    {},
    el('h2', {}, subject.title),
    facts(subject),
    card(
      'Generation against threads',
      `Line and mark: the median. Dots: single runs.${rest(groups.length, MAX_MARKS, 'settings')}${dots}`,
      threadsPlot(subject, series, id('threads')),
      key,
    ),
    card(
      'Spread from run to run',
      `Fastest first. Bar: the median; box: the middle half, from ${QUARTILES_FROM} runs on; dots: single runs. ` +
        `${axisNote(spreadTicks(groups.filter(({ summary }) => summary)))}${rest(groups.length, MAX_ROWS, 'settings')}${dots}`,
      spreadPlot(subject, series, id('spread')),
    ),
    card(
      'History',
      `Every run at its time, in UTC. ${axisNote(historyTicks(ratesOf(timed)))}` +
        rest(records.length, MAX_DRAWN, 'runs'),
      historyPlot(subject, series, id('history')),
      key,
    ),
    el('div', { class: 'card' }, summaryTable(groups)),
    el('div', { class: 'card' }, runsTable(records)),
  );
}

/** What a reader should know of an axis; nothing where there is none. */
const axisNote = ({ domain: [first] }: Ticks): string =>
  first === 0 ? 'The axis begins at zero.' : 'The axis does not begin at zero.';

const rest = (count: number, most: number, what: string): string =>
  count > most ? ` At most ${most} of ${count} ${what} are drawn.` : '';

function card(
  title: string,
  caption: string,
  plot: Markup | undefined,
  key?: Markup,
): Markup | undefined {
  if (!plot) return undefined;
  return el(
    'section',
    { class: 'card' },
    el('h3', {}, title),
    el('p', { class: 'quiet' }, caption),
    el('div', { class: 'scroll' }, plot),
    key,
  );
}

function facts({ groups, records }: Subject): Markup {
  const [best] = groups;
  const failed = groups.reduce((sum, { failureCount }) => sum + failureCount, 0);
  const tooSlow = groups.reduce((sum, { tooSlowCount }) => sum + tooSlowCount, 0);
  const fact = (name: string, value: Markup | string, kind?: string): Markup =>
    el('div', {}, el('dt', {}, name), el('dd', { class: kind }, value));
  return el(
    'dl',
    { class: 'facts' },
    best?.summary
      ? [
          el(
            'div',
            {},
            el('dt', {}, 'Best median'),
            el('dd', {}, formatRate(best.summary.median), ' ', el('small', {}, 'tok/s')),
          ),
          fact('Fastest setting', bestSetting(best), 'words'),
        ]
      : fact('Best median', 'none'),
    fact('Runs', String(records.length)),
    fact('Failed', String(failed), failed > 0 ? 'bad' : undefined),
    tooSlow > 0 ? fact('Too slow', String(tooSlow), 'bad') : undefined,
  );
}

function bestSetting({ threads, batchThreads, wait, args }: SettingGroup): string {
  const words = [
    waitingThreadsText(threads, wait),
    ...(batchThreads === undefined || batchThreads === threads ? [] : [`batch ${batchThreads}`]),
    ...(args === '' ? [] : [args.replaceAll(',', ' ')]),
  ];
  return words.join(', ');
}
