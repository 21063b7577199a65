import { InvalidArgumentError } from 'commander';

const MS_OF_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The longest that a timer of Node's can wait: it counts milliseconds in 31 bits. */
const MAX_MS = 2 ** 31 - 1;

/** Parses an option's value as a length of time, as in `90s`, `5m` or `1h`; 0 needs no unit. @returns it in ms */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const ms =
    Number(number) * (unit === undefined ? (Number(number) === 0 ? 1 : NaN) : MS_OF_UNIT[unit]!);
  if (ms <= MAX_MS) return Math.round(ms);
  throw new InvalidArgumentError(
    'Give a number with its unit, as in 90s, 5m or 1h: at most 24 days.',
  );
}
