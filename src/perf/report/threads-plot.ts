import { label, line, plotImage, rateGrid, unitLabel } from './frame.js';
import type { Area } from './frame.js';
import { groupBy, ratesOf } from './groups.js';
import type { SettingGroup, Subject } from './groups.js';
import { el } from '../../html/markup.js';
import type { Markup } from '../../html/markup.js';
import { formatTick, linearScale, niceTicks } from './scale.js';
import { marker, OTHERS, seriesLabel, MAX_DOTS, thin } from './series.js';
import type { Series } from './series.js';
import { threadsText } from '../setting.js';
import { extent, formatRate } from '../statistics.js';
import type { Summary } from '../statistics.js';

const WIDTH = 880;
const HEIGHT = 360;
const AREA: Area = { left: 56, right: WIDTH - 16, top: 36, bottom: HEIGHT - 48 };
const TICK_COUNT = 6;
const MARK_RADIUS = 5.5;
const DOT_RADIUS = 2.5;

/** Settings that are drawn, the fastest ones; the table has more. */
export const MAX_MARKS = 300;

type Measured = SettingGroup & { readonly threads: number; readonly summary: Summary };

/** Rate of generation against threads: a line through the medians, and a dot for each run. */
export function threadsPlot(
  { groups }: Subject,
  series: ReadonlyMap<string, Series>,
  id: string,
): Markup | undefined {
  const measured = groups
    .filter(
      (group): group is Measured => group.summary !== undefined && group.threads !== undefined,
    )
    .slice(0, MAX_MARKS);
  const counts = [...new Set(measured.map(({ threads }) => threads))].sort((a, b) => a - b);
  if (counts.length === 0) return undefined;

  const highest = extent(measured.map(({ summary }) => summary.max))[1];
  const ticks = niceTicks(0, highest, TICK_COUNT);
  const y = linearScale(ticks.domain, [AREA.bottom, AREA.top]);
  const bandWidth = (AREA.right - AREA.left) / counts.length;
  const centre = (threads: number): number =>
    AREA.left + (counts.indexOf(threads) + 0.5) * bandWidth;

  const lines = [...groupBy(measured, seriesLabel)];
  // Lines lie side by side, so that dots of one do not hide those of another.
  const gap = Math.min(18, (bandWidth * 0.7) / lines.length);
  const drawn = lines.map(([name, members], index) => {
    const shift = (index - (lines.length - 1) / 2) * gap;
    const place = ({ threads }: Measured): number => centre(threads) + shift;
    return drawLine(members, series.get(name)!, place, y);
  });
  return plotImage(
    {
      id,
      title: 'Generation against threads',
      description: describe(measured, counts),
      width: WIDTH,
      height: HEIGHT,
    },
    unitLabel(AREA, 'tokens per second'),
    ...rateGrid(
      AREA,
      ticks.values.map((value) => ({ place: y(value), text: formatTick(value, ticks.step) })),
    ),
    line(AREA.left, AREA.bottom, AREA.right, AREA.bottom, 'axis'),
    ...counts.map((count) => label(String(count), centre(count), AREA.bottom + 20, 'middle')),
    label('threads', (AREA.left + AREA.right) / 2, HEIGHT - 6, 'middle', 'unit'),
    // The fastest line is drawn last, on top of the others.
    ...drawn.toReversed(),
  );
}

function drawLine(
  groups: readonly Measured[],
  { label: name, style }: Series,
  x: (group: Measured) => number,
  y: (rate: number) => number,
): Markup {
  const ordered = groups.toSorted((a, b) => a.threads - b.threads);
  const path = ordered.map(
    (group) => `${x(group).toFixed(2)},${y(group.summary.median).toFixed(2)}`,
  );
  return el(
    'g',
    style === OTHERS ? { class: 'others' } : {},
    path.length > 1
      ? el('polyline', { points: path.join(' '), class: `median-line s${style}` })
      : undefined,
    ordered.flatMap((group) =>
      thin(group.summary.count === 1 ? [] : ratesOf(group.records), MAX_DOTS).map((rate) =>
        el('circle', { cx: x(group), cy: y(rate), r: DOT_RADIUS, class: `run s${style}` }),
      ),
    ),
    ordered.map((group) => {
      const { count, median } = group.summary;
      const title = `${threadsText(group.threads)}, ${name}: median ${formatRate(median)} tok/s of ${count}`;
      return marker(style, x(group), y(median), MARK_RADIUS, 'mark', title);
    }),
  );
}

function describe(groups: readonly Measured[], counts: readonly number[]): string {
  const best = counts.map((count) => {
    const medians = groups
      .filter(({ threads }) => threads === count)
      .map(({ summary }) => summary.median);
    return `${formatRate(extent(medians)[1])} with ${count}`;
  });
  return `Best median in tokens per second by number of threads: ${best.join(', ')}.`;
}
