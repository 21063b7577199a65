/** How many names are proposed. */
const MAX_PROPOSED = 3;
/** What is longer is no typing mistake, and is not compared. */
const MAX_COMPARED = 200;

/**
 * The names that a mistyped one may have been meant for, nearest first: those at a distance of at most a third
 * of its length, and those that it begins. Each once.
 */
export function nearestNames(name: string, names: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  if (wanted.length > MAX_COMPARED) return [];
  const most = Math.max(1, Math.floor(wanted.length / 3));
  return [...new Set(names)]
    .map((each) => {
      const other = each.toLowerCase();
      const distance = editDistance(wanted, other, most);
      const isBegun = wanted.length > 2 && other.startsWith(wanted);
      return { each, distance: isBegun ? Math.min(distance, most) : distance };
    })
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance || compare(a.each, b.each))
    .slice(0, MAX_PROPOSED)
    .map(({ each }) => each);
}

/**
 * Damerau-Levenshtein distance (of optimal string alignment): how many characters have to be put in, left out,
 * replaced, or exchanged with their neighbour.
 *
 * @param most a distance above this may come out as any number above it
 */
export function editDistance(a: string, b: string, most = Infinity): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, before[j - 2]! + 1);
      }
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
