/**
 * The index of the first range that ends after a place; their number when none does.
 *
 * @param ranges in order, without overlaps
 */
export function firstEndingAfter<Range>(
  ranges: readonly Range[],
  place: number,
  endOf: (range: Range) => number,
): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (endOf(ranges[middle]!) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}
