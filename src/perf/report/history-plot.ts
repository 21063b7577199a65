import { label, line, plotImage, rateGrid, unitLabel } from './frame.js';
import type { Area } from './frame.js';
import type { Subject } from './groups.js';
import { el } from '../../html/markup.js';
import type { Markup } from '../../html/markup.js';
import { formatTick, formatTimeTick, linearScale, niceTicks, timeTicks } from './scale.js';
import { marker, seriesLabel, thin } from './series.js';
import type { Series } from './series.js';
import type { Ticks } from './scale.js';
import { waitingThreadsText } from '../setting.js';
import { extent, formatRate } from '../statistics.js';
import type { RunRecord } from '../results.js';

const WIDTH = 880;
const HEIGHT = 320;
const AREA: Area = { left: 56, right: WIDTH - 24, top: 36, bottom: HEIGHT - 74 };
/** Where runs without a result are marked: below all rates, since they have none. */
const FAILED_Y = AREA.bottom + 16;
const LABEL_Y = AREA.bottom + 44;
const TICK_COUNT = 5;
const TIME_TICK_COUNT = 8;
/** Runs with a result that are drawn, and runs without. */
export const MAX_DRAWN = 1500;
const MAX_FAILED_DRAWN = 300;

type Timed = RunRecord & { readonly timestamp: Date };

/** The axis of {@link historyPlot}. */
export const historyTicks = (rates: readonly number[]): Ticks =>
  niceTicks(...extent(rates), TICK_COUNT);

/** Every run at its time, those without a result below the axis. */
export function historyPlot(
  { records }: Subject,
  series: ReadonlyMap<string, Series>,
  id: string,
): Markup | undefined {
  const timed = records
    .filter((record): record is Timed => record.timestamp !== undefined)
    .sort((a, b) => a.timestamp.getTime() - b.timestamp.getTime());
  const rates = timed.flatMap(({ tokPerS }) => tokPerS ?? []);
  const [first, last] = [timed[0], timed.at(-1)];
  if (!first || !last || rates.length === 0) return undefined;

  const ticks = historyTicks(rates);
  const y = linearScale(ticks.domain, [AREA.bottom, AREA.top]);
  const times = timeTicks(first.timestamp.getTime(), last.timestamp.getTime(), TIME_TICK_COUNT);
  const x = linearScale(times.domain, [AREA.left + 10, AREA.right - 10]);
  const failed = timed.filter(({ tokPerS }) => tokPerS === undefined);
  return plotImage(
    {
      id,
      title: 'History',
      description:
        `${rates.length} ${rates.length === 1 ? 'run' : 'runs'} with a result and ${failed.length} without, from ` +
        `${isoTime(first.timestamp)} to ${isoTime(last.timestamp)}.`,
      width: WIDTH,
      height: HEIGHT,
    },
    unitLabel(AREA, 'tokens per second'),
    ...rateGrid(
      AREA,
      ticks.values.map((value) => ({ place: y(value), text: formatTick(value, ticks.step) })),
    ),
    line(AREA.left, AREA.bottom, AREA.right, AREA.bottom, 'axis'),
    ...timeLabels(times.values, times.step, x),
    ...(failed.length === 0 ? [] : [label('failed', AREA.left - 8, FAILED_Y + 4, 'end', 'unit')]),
    ...[
      ...thin(failed, MAX_FAILED_DRAWN),
      ...thin(
        timed.filter(({ tokPerS }) => tokPerS !== undefined),
        MAX_DRAWN,
      ),
    ].map((record) => {
      const place = x(record.timestamp.getTime());
      return record.tokPerS === undefined
        ? cross(place, record)
        : marker(
            series.get(seriesLabel(record))!.style,
            place,
            y(record.tokPerS),
            4,
            'mark',
            `${isoTime(record.timestamp)}: ${formatRate(record.tokPerS)} tok/s, ${waitingThreadsText(record.threads, record.wait)}`,
          );
    }),
  );
}

function cross(x: number, { timestamp, error }: Timed): Markup {
  const why = error === '' ? 'failed' : `failed: ${error}`;
  return el(
    'path',
    { d: `M${(x - 4).toFixed(2)} ${FAILED_Y - 4}l8 8m0 -8l-8 8`, class: 'failed' },
    el('title', {}, `${isoTime(timestamp)}: ${why}`),
  );
}

/** Times of day; the day where it changes. */
function timeLabels(
  values: readonly number[],
  step: number,
  x: (time: number) => number,
): Markup[] {
  let shownDay = '';
  return values.flatMap((value) => {
    const { day, time } = formatTimeTick(value, step);
    const place = x(value);
    const marks = [line(place, AREA.bottom, place, AREA.bottom + 5, 'axis')];
    if (time !== '') marks.push(label(time, place, LABEL_Y, 'middle'));
    if (day !== shownDay) marks.push(label(day, place, LABEL_Y + (time === '' ? 0 : 18), 'middle'));
    shownDay = day;
    return marks;
  });
}

const isoTime = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
