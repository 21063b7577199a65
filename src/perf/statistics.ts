/** What several measurements of the same thing say together. */
export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly max: number;
}

/**
 * Median, quartiles and extremes. Quartiles lie between neighbours in proportion (type 7 of Hyndman and
 * Fan, "Sample Quantiles in Statistical Packages", 1996), as most programs have them.
 *
 * @throws RangeError without values
 */
export function summarise(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('there is nothing to summarise');
  const sorted = values.toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    min: sorted[0]!,
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
    max: sorted.at(-1)!,
  };
}

export const median = (values: readonly number[]): number => summarise(values).median;

function quantile(sorted: readonly number[], fraction: number): number {
  const position = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}

/** The least and the greatest of any number of values; a call with each as an argument takes only so many. */
export function extent(values: Iterable<number>): [min: number, max: number] {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/** A rate with three digits, or all before the point, in the same notation everywhere: `7.42`, `1234`. */
export function formatRate(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate >= 10 ? rate.toFixed(1) : rate.toFixed(2);
}
