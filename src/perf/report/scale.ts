/** Maps values to places on a plot. */
export type Scale = (value: number) => number;

/** Between two values and the places where they lie; what is to be mapped may be a single value. */
export function linearScale(
  [first, last]: readonly [number, number],
  [from, to]: readonly [number, number],
): Scale {
  const span = last - first;
  return span === 0
    ? () => (from + to) / 2
    : (value) => from + ((value - first) / span) * (to - from);
}

/** An axis' ends and the values that are marked on it. */
export interface Ticks {
  readonly domain: readonly [number, number];
  readonly values: readonly number[];
  readonly step: number;
}

const NICE_STEPS = [1, 2, 2.5, 5, 10];

/** Ends and marks of an axis in round numbers, that has all values from `min` to `max` on it. */
export function niceTicks(min: number, max: number, count: number): Ticks {
  const span = max > min ? max - min : Math.abs(max) || 1;
  const magnitude = 10 ** Math.floor(Math.log10(span / count));
  const step = magnitude * NICE_STEPS.find((nice) => nice * magnitude * count >= span)!;
  const first = Math.floor(min / step);
  const last = Math.max(Math.ceil(max / step), first + 1);
  const values = Array.from({ length: last - first + 1 }, (_, index) =>
    round((first + index) * step),
  );
  return { domain: [values[0]!, values.at(-1)!], values, step };
}

/** Without what binary fractions leave behind. */
const round = (value: number): number => Number(value.toPrecision(12));

/** A mark with as many digits after the point as its neighbours need. */
export function formatTick(value: number, step: number): string {
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return value.toFixed(
    Math.min(10, Number((step * 10 ** digits).toFixed(6)) % 1 === 0 ? digits : digits + 1),
  );
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS_SECONDS = [
  1,
  5,
  15,
  30,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  30 * DAY,
  90 * DAY,
  360 * DAY,
];

/** Marks on an axis of time between two times, both in milliseconds; at most `count` or so. */
export function timeTicks(first: number, last: number, count: number): Ticks {
  const span = Math.max(1, (last - first) / 1000);
  const step =
    1000 * (TIME_STEPS_SECONDS.find((seconds) => seconds * count >= span) ?? span / count);
  const start = Math.ceil(first / step);
  const end = Math.floor(last / step);
  const values = Array.from({ length: end - start + 1 }, (_, index) => (start + index) * step);
  return { domain: [first, last], values, step };
}

/** A time in UTC as a mark: its day, its time of day to the minute or second, whatever the step calls for. */
export function formatTimeTick(time: number, step: number): { day: string; time: string } {
  const iso = new Date(time).toISOString();
  const length = step % (MINUTE * 1000) === 0 ? 5 : 8;
  return { day: iso.slice(0, 10), time: step >= DAY * 1000 ? '' : iso.slice(11, 11 + length) };
}
