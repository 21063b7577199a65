/** Dots of one setting: of so many, some hide others already. */
export const MAX_DOTS = 100;

/**
 * At most so many of the items, evenly spread, the first and the last among them: more dots than that
 * would only hide one another, and make a page that no browser likes to open.
 */
export function thin<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => items[Math.round(index * step)]!);
}
