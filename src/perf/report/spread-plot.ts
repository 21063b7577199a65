import { label, line, plotImage } from './frame.js';
import type { Area } from './frame.js';
import type { SettingGroup, Subject } from './groups.js';
import { el } from '../../html/markup.js';
import type { Markup } from '../../html/markup.js';
import { formatTick, linearScale, niceTicks } from './scale.js';
import type { Scale, Ticks } from './scale.js';
import { seriesLabel, MAX_DOTS, thin } from './series.js';
import type { Series } from './series.js';
import { QUARTILES_FROM } from './text.js';
import { ratesOf } from './groups.js';
import { waitingThreadsText } from '../setting.js';
import { extent, formatRate } from '../statistics.js';
import type { Summary } from '../statistics.js';
import { shortened } from '../../wording.js';

const WIDTH = 880;
const ROW_HEIGHT = 26;
const RIGHT = WIDTH - 60;
const TOP = 36;
const FOOT = 28;
/** Between a row's label and the plot. */
const LABEL_GAP = 12;
const TICK_COUNT = 7;
/** Settings that are drawn, the fastest ones; the table has them all. */
export const MAX_ROWS = 30;
const MAX_LABEL_LENGTH = 38;
/** The width of a usual character, by which room for labels is made. */
const CHARACTER_WIDTH = 7;

type Measured = SettingGroup & { readonly summary: Summary };

/** How far apart runs of the same setting lie: one row a setting, fastest first, one dot a run. */
export function spreadPlot(
  { groups }: Subject,
  series: ReadonlyMap<string, Series>,
  id: string,
): Markup | undefined {
  const measured = groups.filter((group): group is Measured => group.summary !== undefined);
  const shown = measured.slice(0, MAX_ROWS);
  if (shown.length === 0) return undefined;

  const longest = Math.max(
    ...shown.map((group) => shortened(nameOf(group), MAX_LABEL_LENGTH).length),
  );
  const area: Area = {
    left: LABEL_GAP + longest * CHARACTER_WIDTH,
    right: RIGHT,
    top: TOP,
    bottom: TOP + shown.length * ROW_HEIGHT,
  };
  const ticks = spreadTicks(shown);
  const x = linearScale(ticks.domain, [area.left, area.right]);
  return plotImage(
    {
      id,
      title: 'Spread from run to run',
      description: shown.map(describe).join('; '),
      width: WIDTH,
      height: area.bottom + FOOT,
    },
    label('tokens per second', area.left, TOP - 14, 'start', 'unit'),
    label('n', WIDTH - 8, TOP - 14, 'end', 'unit'),
    ...ticks.values.flatMap((value) => [
      line(x(value), area.top, x(value), area.bottom, 'grid'),
      label(formatTick(value, ticks.step), x(value), area.bottom + 18, 'middle'),
    ]),
    ...shown.map((group, index) => {
      const { style } = series.get(seriesLabel(group))!;
      return drawRow(group, style, {
        x,
        y: area.top + (index + 0.5) * ROW_HEIGHT,
        left: area.left,
      });
    }),
  );
}

/** The axis of {@link spreadPlot}. */
export function spreadTicks(groups: readonly Pick<SettingGroup, 'summary'>[]): Ticks {
  const ends = groups.slice(0, MAX_ROWS).flatMap(({ summary }) => {
    return summary ? [summary.min, summary.max] : [];
  });
  return niceTicks(...extent(ends), TICK_COUNT);
}

interface RowPlace {
  readonly x: Scale;
  readonly y: number;
  /** Where the plot begins, and the label ends. */
  readonly left: number;
}

function drawRow(
  { summary, records, ...group }: Measured,
  style: number,
  { x, y, left }: RowPlace,
): Markup {
  const name = nameOf(group);
  const { count, min, max, median, lowerQuartile, upperQuartile } = summary;
  return el(
    'g',
    {},
    el(
      'title',
      {},
      `${name}: median ${formatRate(median)} tok/s, ${count} ${count === 1 ? 'run' : 'runs'}`,
    ),
    label(shortened(name, MAX_LABEL_LENGTH), left - LABEL_GAP, y + 4, 'end'),
    label(String(count), WIDTH - 8, y + 4, 'end'),
    count > 1 ? line(x(min), y, x(max), y, `whisker s${style}`) : undefined,
    count >= QUARTILES_FROM
      ? el('rect', {
          x: x(lowerQuartile),
          y: y - 7,
          width: Math.max(1, x(upperQuartile) - x(lowerQuartile)),
          height: 14,
          rx: 3,
          class: `box s${style}`,
        })
      : undefined,
    thin(ratesOf(records), MAX_DOTS).map((rate) =>
      el('circle', { cx: x(rate), cy: y, r: 3, class: `run s${style}` }),
    ),
    line(x(median), y - 9, x(median), y + 9, `median s${style}`),
  );
}

type Named = Pick<SettingGroup, 'threads' | 'batchThreads' | 'wait' | 'args'>;

function nameOf({ threads, batchThreads, wait, args }: Named): string {
  const words = [
    threads === undefined && wait === '' ? '' : waitingThreadsText(threads, wait),
    batchThreads === undefined || batchThreads === threads ? '' : `batch ${batchThreads}`,
    args.replaceAll(',', ' '),
  ].filter((word) => word !== '');
  return words.length === 0 ? 'defaults' : words.join(', ');
}

function describe(group: Measured): string {
  const { min, max, median, count } = group.summary;
  const range = count > 1 ? `, from ${formatRate(min)} to ${formatRate(max)} in ${count} runs` : '';
  return `${nameOf(group)}: median ${formatRate(median)}${range}`;
}
